import { listAt, textAt } from '../kubernetes/object.ts';
import type { ApiObject } from '../kubernetes/object.ts';
import { createClient } from '../kubernetes/player/client.ts';
import { isReady } from '../kubernetes/player/pods.ts';
import { Counters, type Target } from './counters.ts';
import type { Series } from './promql/value.ts';

export type TrafficOptions = {
  readonly server: string;
  readonly token: string;
  /** PEM, where the server has a certificate of its own. */
  readonly ca?: string;
  /** For each `app` label of a namespace, spread over its Ready pods. */
  readonly requestsPerSecond: number;
  readonly tickMs: number;
  /** Share of requests (0 to 1) that fail on this image. Until it has answered, a pod of the image receives nothing; a rejection is asked again. */
  readonly errorRatioOf: (imageId: string, image: string) => Promise<number>;
  readonly random: () => number;
  /** How long points are kept; ten minutes where absent. */
  readonly keptMs?: number;
  /** Epoch milliseconds; the clock of the machine where absent. */
  readonly now?: () => number;
};

export type Traffic = { readonly source: () => readonly Series[]; stop(): Promise<void> };

type Pod = Omit<Target, 'errorRatio'> & { readonly image: string; readonly imageId: string };

/** Sends imagined requests to the Ready pods of a Kubernetes API and counts them, as a Service and an instrumented server would. */
export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  const stopped = new AbortController();
  const pods = await createClient(options, stopped.signal).mirror('/api/v1/pods', () => undefined);
  const counters = new Counters(options.keptMs ?? 600_000, options.random);
  const ratios = createRatios(options.errorRatioOf);
  const now = options.now ?? Date.now;
  let before = now();
  const tick = (): void => {
    const at = now();
    const targets = pods
      .all()
      .flatMap(readyPod)
      .flatMap((pod) => withRatio(pod, ratios));
    counters.advance(spread(targets, (options.requestsPerSecond * (at - before)) / 1000, options.random), at);
    before = at;
  };
  tick();
  const timer = setInterval(tick, options.tickMs);
  return {
    source: () => counters.series(),
    stop: () => {
      clearInterval(timer);
      stopped.abort();
      return Promise.resolve();
    },
  };
}

function readyPod(pod: ApiObject): readonly Pod[] {
  const { namespace = '', name, labels, deletionTimestamp } = pod.metadata;
  const app = labels?.['app'];
  if (app === undefined || !isReady(pod) || typeof deletionTimestamp === 'string') return [];
  const [status] = listAt(pod, 'status', 'containerStatuses');
  const [container] = listAt(pod, 'spec', 'containers');
  const [image, imageId] = [textAt(container, 'image') ?? '', textAt(status, 'imageID') ?? ''];
  return [{ namespace, pod: name, app, hash: labels?.['rollouts-pod-template-hash'] ?? '', image, imageId }];
}

type Ratios = (pod: Pod) => number | undefined;

/** The ratio of an image, once it is known; each image is asked for once, again after a rejection. */
function createRatios(ratioOf: TrafficOptions['errorRatioOf']): Ratios {
  const known = new Map<string, number | 'asked'>();
  return ({ image, imageId }) => {
    const key = `${imageId} ${image}`;
    const held = known.get(key);
    if (held !== undefined) return held === 'asked' ? undefined : held;
    known.set(key, 'asked');
    ratioOf(imageId, image).then(
      (ratio) => known.set(key, ratio),
      () => known.delete(key),
    );
    return undefined;
  };
}

function withRatio({ image, imageId, ...pod }: Pod, ratios: Ratios): readonly Target[] {
  const errorRatio = ratios({ ...pod, image, imageId });
  return errorRatio === undefined ? [] : [{ ...pod, errorRatio }];
}

/** Whole requests for every target: each app's share is dealt one by one to its pods in a random order, the rest of a request by chance. */
export function spread(targets: readonly Target[], perApp: number, random: () => number): ReadonlyMap<Target, number> {
  const dealt = new Map(targets.map((target) => [target, 0]));
  for (const pods of Map.groupBy(targets, ({ namespace, app }) => `${namespace}/${app}`).values()) {
    const whole = Math.floor(perApp + random());
    const start = Math.floor(random() * pods.length);
    for (const [index, pod] of pods.entries()) {
      const place = (index + start) % pods.length;
      dealt.set(pod, Math.floor(whole / pods.length) + Number(place < whole % pods.length));
    }
  }
  return dealt;
}
