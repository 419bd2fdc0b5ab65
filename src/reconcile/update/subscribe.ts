import { describeProblems } from '../../kernel/problem.ts';
import { repoIdOf } from '../../kernel/refs.ts';
import { readWatches } from '../../policy/annotations.ts';
import type { WriteBackSettings } from '../../policy/annotations.ts';
import { targetOf } from '../../writeback/target.ts';
import { repositoryAccess } from '../credentials.ts';
import type { AppView } from '../world.ts';
import type { Subscribed, UpdateContext } from './context.ts';

function refuse(type: string, message: string): Subscribed {
  return { kind: 'refused', condition: { type, message } };
}

/** What an Application's annotations ask for. Throws `Failure` only where the remote's default branch must be asked for. */
export async function subscribe(
  context: Pick<UpdateContext, 'heads' | 'credentials'>,
  app: AppView,
  signal: AbortSignal,
): Promise<Subscribed> {
  const wishes = readWatches(app.ref, app.resource.view.metadata.annotations ?? {});
  if (wishes.kind === 'unmanaged') return wishes;
  if (wishes.kind === 'refused') return refuse('InvalidAnnotations', describeProblems(wishes.problems));
  const source = app.resource.view.spec.source;
  if (source === undefined)
    return refuse(
      'WriteBackNotSupported',
      'spec.sources: an Application with several sources is not written back yet; expected spec.source',
    );
  const target = targetOf(wishes.writeBack, source.path === undefined ? {} : { path: source.path });
  if (target.kind === 'unsupported') return refuse('WriteBackNotSupported', `${target.because}; nothing is written`);
  const url = wishes.writeBack.repository ?? source.repoURL;
  const revision = branchOf(wishes.writeBack, source.targetRevision ?? '');
  if (revision === undefined) {
    return refuse(
      'WriteBackNotSupported',
      `git-branch ${JSON.stringify(wishes.writeBack.branch)}: writing to another branch than the one that is read is not supported yet; nothing is written`,
    );
  }
  const repo = repositoryAccess(url, context.credentials);
  const branch = await context.heads.branch(repo, revision, signal);
  const { watches, paused } = wishes;
  return { kind: 'subscribed', subscription: { app, repo, repoId: repoIdOf(url), branch, target, watches, paused } };
}

/** `git-branch: base` names the branch; a write template after a colon is not supported. */
function branchOf(writeBack: WriteBackSettings, targetRevision: string): string | undefined {
  if (writeBack.branch === undefined || writeBack.branch === '') return targetRevision;
  return writeBack.branch.includes(':') ? undefined : writeBack.branch;
}
