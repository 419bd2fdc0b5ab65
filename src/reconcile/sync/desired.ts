import { Failure, sentenceOf } from '../../kernel/failure.ts';
import { describeProblem } from '../../kernel/problem.ts';
import type { Sha } from '../../kernel/refs.ts';
import type { RepoAccess } from '../../git/commit.ts';
import type { Rendering } from '../../render/rendering.ts';
import { whyNotRendered } from '../../render/source.ts';
import type { ApplicationSource } from '../../resources/application.ts';
import type { KubeObject } from '../../resources/meta.ts';
import { groupOf } from '../../resources/meta.ts';
import { revisionAskedFor } from '../../sync/operation.ts';
import { targetsOf } from '../../sync/targets.ts';
import type { Condition } from '../board.ts';
import { repositoryAccess } from '../credentials/repository.ts';
import type { AppView } from '../world.ts';
import type { SyncContext } from './context.ts';
import { specProblem } from './spec-problem.ts';

/** What Git wants of an Application, or the condition that says why that is not known. */
export type Desired =
  | {
      readonly kind: 'desired';
      readonly revision: Sha;
      readonly tool: 'directory' | 'kustomize';
      readonly targets: readonly KubeObject[];
      readonly conditions: readonly Condition[];
    }
  | { readonly kind: 'unknown'; readonly condition: Condition; readonly revision?: Sha };

type Unknown = Extract<Desired, { kind: 'unknown' }>;

function unknown(type: 'InvalidSpecError' | 'ComparisonError', message: string, revision?: Sha): Unknown {
  return { kind: 'unknown', condition: { type, message }, ...(revision === undefined ? {} : { revision }) };
}

/** The commit that a targetRevision means now. A full commit id stands for itself. */
type Asking = { readonly context: SyncContext; readonly repo: RepoAccess; readonly signal: AbortSignal };

async function revisionOf({ context, repo, signal }: Asking, target: string, force: boolean): Promise<Sha> {
  if (/^[0-9a-f]{40}$/.test(target)) return target;
  const branch = await context.heads.branch(repo, target, signal);
  try {
    return await context.heads.head(repo, branch, force ? 0 : context.settings.gitPollMs, signal);
  } catch (thrown) {
    // Not a branch: it may be a tag.
    if (!(thrown instanceof Failure) || thrown.code !== 'not-found') throw thrown;
    return (await context.ports.git.resolve(repo, target, signal)).commit;
  }
}

async function scopes(
  context: SyncContext,
  objects: readonly KubeObject[],
): Promise<(kind: { group: string; kind: string }) => boolean | undefined> {
  const known = new Map<string, boolean | undefined>();
  for (const object of objects) {
    const kind = { group: groupOf(object.apiVersion), kind: object.kind };
    const key = `${kind.group}/${kind.kind}`;
    if (!known.has(key)) known.set(key, await context.ports.cluster.isNamespaced(kind));
  }
  return ({ group, kind }) => known.get(`${group}/${kind}`);
}

type Placing = { readonly context: SyncContext; readonly app: AppView };

/** Targets of a rendering, with namespaces and tracking ids. */
async function place({ context, app }: Placing, rendering: Extract<Rendering, { kind: 'rendered' }>): Promise<Desired> {
  const { name, namespace } = app.ref;
  const destinationNamespace = app.resource.view.spec.destination.namespace ?? '';
  const at = { name, namespace, destinationNamespace, controlNamespace: context.settings.home };
  const { targets, problems, warnings } = targetsOf(rendering.objects, at, await scopes(context, rendering.objects));
  const { revision, tool } = rendering;
  if (problems.length > 0) return unknown('ComparisonError', problems.map(describeProblem).join('; '), revision);
  return {
    kind: 'desired',
    revision,
    tool,
    targets,
    conditions: warnings.map((message) => ({ type: 'RepeatedResourceWarning', message })),
  };
}

/** The source to render, unless the Application itself says that there will be no rendering. */
function settleSource(app: AppView): { readonly kind: 'source'; readonly source: ApplicationSource } | Unknown {
  const { source } = app.resource.view.spec;
  const problem = specProblem(app);
  if (source === undefined || problem !== undefined) return unknown('InvalidSpecError', problem ?? 'spec.source is missing');
  const unrendered = whyNotRendered(source);
  return unrendered === undefined ? { kind: 'source', source } : unknown('ComparisonError', unrendered);
}

/** Renders what Git says now. Broken manifests and refused sources are conditions; only failed attempts at the remote throw. */
export async function desire(context: SyncContext, app: AppView, force: boolean, signal: AbortSignal): Promise<Desired> {
  const settled = settleSource(app);
  if (settled.kind === 'unknown') return settled;
  const { source } = settled;
  const repo = repositoryAccess(source.repoURL, context.credentials);
  let revision: Sha | undefined;
  try {
    const target = revisionAskedFor(app.resource.view) ?? source.targetRevision ?? '';
    revision = await revisionOf({ context, repo, signal }, target, force);
    const { name, namespace } = app.ref;
    const rendering = await context.ports.render.render({ repo, revision, source, application: { name, namespace } }, signal);
    return rendering.kind === 'refused'
      ? unknown('ComparisonError', rendering.because, revision)
      : await place({ context, app }, rendering);
  } catch (thrown) {
    if (!(thrown instanceof Failure) || signal.aborted) throw thrown;
    return unknown('ComparisonError', sentenceOf(thrown), revision);
  }
}
