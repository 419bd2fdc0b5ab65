import { describeProblems } from '../../kernel/problem.ts';
import { repoIdOf } from '../../kernel/refs.ts';
import { settingsOf } from '../../policy/annotations/settings.ts';
import { readWatches } from '../../policy/annotations.ts';
import type { Wishes } from '../../policy/annotations.ts';
import type { Compat } from '../../policy/annotations/annotation.ts';
import type { ApplicationSource } from '../../resources/application.ts';
import type { Condition } from '../board.ts';
import { repositoryAccess } from '../credentials/repository.ts';
import type { AppView } from '../world.ts';
import type { Subscribed, UpdateContext } from './context.ts';
import { writeBackTarget } from './write-back.ts';

function refuse(type: string, message: string, more: readonly Condition[] = []): Extract<Subscribed, { kind: 'refused' }> {
  return { kind: 'refused', conditions: [{ type, message }, ...more] };
}

type Watched = Extract<Wishes, { kind: 'watched' }>;

/** What an Application's annotations ask for. Throws `Failure` only where the remote's default branch must be asked for. */
export async function subscribe(
  context: Pick<UpdateContext, 'heads' | 'credentials'>,
  app: AppView,
  signal: AbortSignal,
  compat?: Compat,
): Promise<Subscribed> {
  const annotations = app.resource.view.metadata.annotations ?? {};
  const wishes = readWatches(app.ref, annotations, compat);
  if (wishes.kind === 'unmanaged') return wishes;
  const warnings = wishes.warnings.length === 0 ? [] : [{ type: 'AnnotationWarning', message: describeProblems(wishes.warnings) }];
  if (wishes.kind === 'refused') return refuse('InvalidAnnotations', describeProblems(wishes.problems), warnings);
  const asked = { writeBack: wishes.writeBack, settings: settingsOf(annotations) };
  const written = writeBackTarget(asked, app.resource.view.spec.source);
  if ('hindrances' in written) {
    const reasons = written.hindrances.map(({ because }) => because);
    const remedy = written.hindrances.map((one) => one.remedy).join(', and ');
    return { ...refuse('WriteBackNotSupported', `${reasons.join('; ')}; nothing is written`, warnings), watches: wishes.watches, remedy };
  }
  const { source, target } = written;
  const url = wishes.writeBack.repository ?? source.repoURL;
  const repo = repositoryAccess(url, context.credentials);
  const branch = await context.heads.branch(repo, revisionOf(wishes, source), signal);
  const { watches, paused } = wishes;
  return { kind: 'subscribed', subscription: { app, repo, repoId: repoIdOf(url), branch, target, watches, paused, warnings } };
}

/** `git-branch: base` names the branch; else it is the one that is read. */
function revisionOf({ writeBack: { branch } }: Watched, { targetRevision }: ApplicationSource): string {
  return branch === undefined || branch === '' ? (targetRevision ?? '') : branch;
}
