import { field, waitFor } from './observe.ts';
import type { Stage } from './stage.ts';

/** What was seen, when (`performance.now()`), and the reason that the service gave. */
export type Seen = { readonly at: number; readonly because: string; readonly ready?: number };

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const whole = (value: unknown): number => (typeof value === 'number' ? value : 0);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const argo = '/apis/argoproj.io/v1alpha1';

function rolloutOf({ observer, cast }: Stage): Promise<unknown> {
  return observer.object(`${argo}/namespaces/${cast.namespace}/rollouts/${cast.app}`);
}

function applicationOf({ observer, cast }: Stage): Promise<unknown> {
  return observer.object(`${argo}/namespaces/argocd/applications/${cast.app}`);
}

function imageOf({ addresses, cast }: Stage, tag: string): string {
  return `${addresses.registryHost}/${cast.repository}:${tag}`;
}

function asksFor(stage: Stage, rollout: unknown, tag: string): boolean {
  return field(rollout, 'spec.template.spec.containers.0.image') === imageOf(stage, tag);
}

/** Images of the pods that are ready. */
async function readyImages({ observer, cast }: Stage): Promise<readonly string[]> {
  const pods = await observer.list(`/api/v1/namespaces/${cast.namespace}/pods`);
  const ready = pods.filter((pod) =>
    list(field(pod, 'status.conditions')).some((one) => field(one, 'type') === 'Ready' && field(one, 'status') === 'True'),
  );
  return ready.map((pod) => text(field(pod, 'spec.containers.0.image')));
}

async function readyOf(stage: Stage, tag: string): Promise<number> {
  return (await readyImages(stage)).filter((image) => image === imageOf(stage, tag)).length;
}

/** The tag is the Rollout's and its stable one, Rollout Healthy, Application Synced and Healthy, all five pods run it. */
export function promoted(stage: Stage, tag: string, what: string): Promise<Seen | undefined> {
  return waitFor(stage.narrator, what, async () => {
    const rollout = await rolloutOf(stage);
    const stable = field(rollout, 'status.stableRS') === field(rollout, 'status.currentPodHash');
    if (!asksFor(stage, rollout, tag) || field(rollout, 'status.phase') !== 'Healthy' || !stable) return undefined;
    const app = await applicationOf(stage);
    const settled = field(app, 'status.sync.status') === 'Synced' && field(app, 'status.health.status') === 'Healthy';
    const ready = await readyOf(stage, tag);
    if (!settled || ready !== 5) return undefined;
    return { at: performance.now(), ready, because: text(field(app, 'status.operationState.message')) };
  });
}

export function applied(stage: Stage, tag: string): Promise<Seen | undefined> {
  return waitFor(stage.narrator, `the cluster to ask for ${tag}`, async () => {
    if (!asksFor(stage, await rolloutOf(stage), tag)) return undefined;
    return { at: performance.now(), because: `image ${imageOf(stage, tag)}` };
  });
}

/** An AnalysisRun of the version that the Rollout asks for ended in this phase. */
export function analysed(stage: Stage, phase: 'Successful' | 'Failed'): Promise<Seen | undefined> {
  const { observer, cast, narrator } = stage;
  return waitFor(narrator, 'the analysis', async () => {
    const hash = field(await rolloutOf(stage), 'status.currentPodHash');
    const runs = await observer.list(`${argo}/namespaces/${cast.namespace}/analysisruns`);
    const ofCanary = (run: unknown) => Object.values((field(run, 'metadata.labels') ?? {}) as Record<string, unknown>).includes(hash);
    const run = runs.find((one) => ofCanary(one) && field(one, 'status.phase') === phase);
    return run === undefined ? undefined : { at: performance.now(), because: describeRun(run) };
  });
}

function describeRun(run: unknown): string {
  const first = list(field(run, 'status.metricResults'))[0];
  const values = list(field(first, 'measurements')).map((one) => text(field(one, 'value')));
  const measured = `${text(field(first, 'name'))} measured ${values.join(', ')}`;
  const message = text(field(run, 'status.message'));
  return message === '' ? measured : `${message}; ${measured}`;
}

/** Exactly five ready pods, all of the version. */
export function allOnStable(stage: Stage, tag: string): Promise<Seen | undefined> {
  return waitFor(stage.narrator, 'all pods to be stable', async () => {
    const images = await readyImages(stage);
    if (images.length !== 5 || images.some((image) => image !== imageOf(stage, tag))) return undefined;
    const message = text(field(await rolloutOf(stage), 'status.message'));
    return { at: performance.now(), ready: images.length, because: message };
  });
}

export function canaryBegun(stage: Stage, tag: string): Promise<Seen | undefined> {
  return waitFor(stage.narrator, 'the canary to begin', async () => {
    const rollout = await rolloutOf(stage);
    if (!asksFor(stage, rollout, tag) || (await readyOf(stage, tag)) < 1) return undefined;
    return { at: performance.now(), because: `${whole(field(rollout, 'status.updatedReplicas'))} canary pod runs ${tag}` };
  });
}

/** Aborted for want of data: no canary pod, five ready pods. */
export function waitsOnStable(stage: Stage): Promise<Seen | undefined> {
  return waitFor(stage.narrator, 'the canary to wait on stable', async () => {
    const rollout = await rolloutOf(stage);
    const { length: ready } = await readyImages(stage);
    if (field(rollout, 'status.abort') !== true || ready !== 5 || whole(field(rollout, 'status.updatedReplicas')) !== 0) return undefined;
    return { at: performance.now(), ready, because: text(field(rollout, 'status.message')) };
  });
}

/** Git is where it was, and a condition of the Application says why nothing changes there. */
export function unjudged(stage: Stage, head: string): Promise<Seen | undefined> {
  return waitFor(stage.narrator, 'the reason that the Application shows', async () => {
    const conditions = list(field(await applicationOf(stage), 'status.conditions'));
    const told = conditions.find((one) => field(one, 'type') === 'CanaryNotJudged');
    if (told === undefined || (await stage.observer.head()) !== head) return undefined;
    return { at: performance.now(), because: text(field(told, 'message')) };
  });
}

/** What explain says of one tag. */
export function explained(stage: Stage, tag: string): Promise<{ readonly verdict: string; readonly because: string } | undefined> {
  return waitFor(stage.narrator, `explain of ${tag}`, async () => {
    const row = (await stage.explain())?.images[0]?.tags.find((one) => one.tag === tag);
    return row === undefined ? undefined : { verdict: row.verdict, because: row.because };
  });
}

export async function explainedPlace(stage: Stage): Promise<{ readonly kind: string; readonly because: string }> {
  const choice = (await stage.explain())?.images[0]?.choice;
  return { kind: choice?.kind ?? 'nothing', because: choice?.because ?? 'explain did not answer' };
}

/** The service has asked the registry at least twice more from now on. */
export async function twoMorePolls({ narrator, listings }: Stage): Promise<void> {
  const began = listings();
  // One may have been under way.
  await waitFor(narrator, 'two more polls of the registry', () => Promise.resolve(listings() >= began + 3 ? true : undefined));
}
