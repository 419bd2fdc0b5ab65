import { Failure, sentenceOf } from '../../kernel/failure.ts';
import type { Verdict } from '../../kernel/hold.ts';
import { repoIdOf } from '../../kernel/refs.ts';
import type { Rendering } from '../../render/rendering.ts';
import type { ApplicationSource } from '../../resources/application.ts';
import type { KubeObject } from '../../resources/meta.ts';
import { templateHashLabel } from '../../verdict/canary-images.ts';
import { compareRenderings } from '../../verdict/compare-renderings.ts';
import { repositoryAccess } from '../credentials/repository.ts';
import type { RolloutView } from '../world.ts';
import type { Subscription } from './context.ts';
import type { Reading } from './decide.ts';

type About = { readonly verdict: Verdict; readonly subscription: Subscription; readonly view: RolloutView };

/**
 * What besides container images may be the cause of a failure (LOOP 9): fields in which the failing template differs from the stable
 * one, and in which the commits that may be behind it are rendered otherwise than the last healthy one. Where two cannot be compared
 * a sentence says so, which counts as a difference.
 */
export async function otherCauses(reading: Reading, about: About): Promise<readonly string[]> {
  const found = [...templateDifference(about), ...(await renderedDifference(reading, about.subscription))];
  return [...new Set(found)].sort();
}

/** The pods as they ran; their labels and annotations are the controller's too, and Git's part of them is compared as rendered. */
function templateDifference({ verdict, view }: About): readonly string[] {
  const { raw } = view.rollout;
  const podsOf = (template: string | undefined): readonly KubeObject[] =>
    view.replicaSets
      .filter((set) => template !== undefined && set.view.metadata.labels?.[templateHashLabel] === template)
      .slice(0, 1)
      .map((set) => ({ ...raw, spec: { template: { spec: set.view.spec.template.spec } }, status: {} }));
  const [stable, failing] = [podsOf(view.rollout.view.status?.stableRS), podsOf(verdict.template)];
  return stable.length === 0 || failing.length === 0 ? [] : compareRenderings(stable, failing);
}

/** Commits that may be what failed: the one that was synced last, and, while its sync is not recorded yet, the head of the branch. */
function suspectsOf(reading: Reading, { app }: Subscription, source: ApplicationSource): readonly string[] {
  const { branch, head, repoId } = reading.located;
  const follows = repoIdOf(source.repoURL) === repoId && ['', 'HEAD', branch].includes(source.targetRevision ?? '');
  const synced = app.resource.view.status?.sync?.revision;
  return [...new Set([...(synced === undefined ? [] : [synced]), ...(follows ? [head] : [])])];
}

async function renderedDifference(reading: Reading, subscription: Subscription): Promise<readonly string[]> {
  const { app } = subscription;
  const { source } = app.resource.view.spec;
  if (source === undefined) return ['the Application has several sources'];
  const suspects = suspectsOf(reading, subscription, source);
  const healthy = app.resource.view.status?.windlass?.healthyRevision;
  if (healthy === undefined || suspects.length === 0) return ['the last healthy revision is not known'];
  const { context, signal } = reading;
  const repo = repositoryAccess(source.repoURL, context.credentials);
  const application = { name: app.ref.name, namespace: app.ref.namespace };
  const render = (revision: string) => context.ports.render.render({ repo, revision, source, application }, signal);
  try {
    const [before, ...after] = await Promise.all([healthy, ...suspects].map(render));
    return after.flatMap((each) => (before === undefined ? [] : compareTwo(before, each)));
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === 'not-found') return [`the last healthy revision is gone: ${sentenceOf(thrown)}`];
    throw thrown;
  }
}

function compareTwo(before: Rendering, after: Rendering): readonly string[] {
  if (before.kind === 'refused') return [`the last healthy revision cannot be rendered: ${before.because}`];
  if (after.kind === 'refused') return [`the failing revision cannot be rendered: ${after.because}`];
  return compareRenderings(before.objects, after.objects);
}
