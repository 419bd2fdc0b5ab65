import { createHash } from 'node:crypto';
import { kubeTime } from '../../../kernel/time.ts';
import { bodyAt, listAt, textAt } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { keyOf } from './client.ts';
import type { Client, Mirror } from './client.ts';
import { createQueue } from './queue.ts';

export type Kubelet = {
  /** Digest of an image now; undefined: it cannot be pulled. */
  readonly resolveImage: (image: string) => Promise<string | undefined>;
  readonly readyDelayMs: number;
};

/** Until a pod whose image could not be asked for, or whose status could not be written, is tried again. */
const againAfterMs = 20;

/** Pod annotations that change how a pod behaves. */
const readyAfter = 'sandbox.windlass.dev/ready-after-ms';
const exitCode = 'sandbox.windlass.dev/exit-code';

/** The digest that an image name carries, else one made from its text: every image can be pulled. */
export function inventDigest(image: string): Promise<string> {
  const pinned = image.split('@')[1];
  return Promise.resolve(pinned ?? `sha256:${createHash('sha256').update(image).digest('hex')}`);
}

/**
 * Plays scheduler and kubelet: binds pods, reports them running and ready, or finished where they run to completion, and confirms
 * their deletion. Annotations of a pod: `ready-after-ms` (milliseconds, or `never`), `exit-code` (of pods that end).
 */
export async function playPods(client: Client, kubelet: Kubelet, changed: (pod: ApiObject) => void): Promise<Mirror> {
  const started = new Set<string>();
  const known: { pods?: Mirror } = {};
  const advance = async (key: string): Promise<void> => {
    const pod = known.pods?.get(key);
    if (pod === undefined) return;
    const { uid, deletionTimestamp } = pod.metadata;
    if (typeof deletionTimestamp === 'string') {
      started.delete(uid);
      await client.send('DELETE', pathOf(pod), { gracePeriodSeconds: 0, preconditions: { uid } });
    } else if (textAt(pod, 'spec', 'nodeName') === undefined) {
      const target = { apiVersion: 'v1', kind: 'Node', name: 'sandbox' };
      await client.send('POST', `${pathOf(pod)}/binding`, {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: pod.metadata.name },
        target,
      });
    } else if (textAt(pod, 'status', 'phase') === 'Pending' && !started.has(uid)) {
      started.add(uid);
      void run(client, kubelet, pod).catch(() => tryAgain(pod));
    }
  };
  const enqueue = createQueue(advance, client.signal);
  // Nothing else would ask for it: a pod that waits does not change.
  const tryAgain = (pod: ApiObject): void => {
    started.delete(pod.metadata.uid);
    setTimeout(() => enqueue(keyOf(pod)), againAfterMs).unref();
  };
  known.pods = await client.mirror('/api/v1/pods', (pod) => {
    enqueue(keyOf(pod));
    changed(pod);
  });
  known.pods.all().forEach((pod) => enqueue(keyOf(pod)));
  return known.pods;
}

async function run(client: Client, kubelet: Kubelet, pod: ApiObject): Promise<void> {
  const containers = await pull(kubelet, pod);
  const report = (state: PodState): Promise<unknown> =>
    client.send('PATCH', `${pathOf(pod)}/status`, { status: statusOf(pod, containers, state) });
  const wait = pod.metadata.annotations?.[readyAfter] ?? kubelet.readyDelayMs;
  if (containers.some((container) => container.digest === undefined)) {
    await report('unpullable');
    return;
  }
  if (wait === 'never' || Number(wait) > 0) await report('starting');
  if (wait === 'never') return;
  if (Number(wait) > 0) await new Promise((resolve) => setTimeout(resolve, Number(wait)));
  for (const state of client.signal.aborted ? [] : lifeOf(pod)) await report(state);
}

async function pull(kubelet: Kubelet, pod: ApiObject): Promise<readonly Started[]> {
  const containers = listAt(pod, 'spec', 'containers').map((container) => ({
    name: textAt(container, 'name') ?? '',
    image: textAt(container, 'image') ?? '',
  }));
  return Promise.all(containers.map(async (container) => ({ ...container, digest: await kubelet.resolveImage(container.image) })));
}

/** A pod that is not restarted runs to completion. */
function lifeOf(pod: ApiObject): readonly PodState[] {
  if (!['Never', 'OnFailure'].includes(textAt(pod, 'spec', 'restartPolicy') ?? 'Always')) return ['ready'];
  return ['ready', (pod.metadata.annotations?.[exitCode] ?? '0') === '0' ? 'succeeded' : 'failed'];
}

type PodState = 'starting' | 'unpullable' | 'ready' | 'succeeded' | 'failed';
type Started = { readonly name: string; readonly image: string; readonly digest: string | undefined };

const phases = { starting: 'Running', unpullable: 'Pending', ready: 'Running', succeeded: 'Succeeded', failed: 'Failed' } as const;

function statusOf(pod: ApiObject, containers: readonly Started[], state: PodState): object {
  const now = kubeTime(Date.now());
  const condition = (type: string, holds: boolean): object => ({ type, status: holds ? 'True' : 'False', lastTransitionTime: now });
  const ready = state === 'ready';
  return {
    phase: phases[state],
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('ContainersReady', ready),
      condition('Ready', ready),
    ],
    hostIP: '127.0.0.1',
    podIP: addressOf(pod.metadata.uid),
    podIPs: [{ ip: addressOf(pod.metadata.uid) }],
    startTime: textAt(bodyAt(pod, 'status'), 'startTime') ?? now,
    containerStatuses: containers.map((container) => containerStatus(container, state, now)),
  };
}

function containerStatus({ name, image, digest }: Started, state: PodState, now: string): object {
  const ready = state === 'ready';
  const common = { name, image, ready, started: ready, restartCount: 0 };
  if (digest === undefined) {
    const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` };
    return { ...common, imageID: '', state: { waiting } };
  }
  const ended = state === 'succeeded' || state === 'failed';
  const terminated = {
    exitCode: state === 'failed' ? 1 : 0,
    reason: state === 'failed' ? 'Error' : 'Completed',
    startedAt: now,
    finishedAt: now,
  };
  return {
    ...common,
    imageID: `docker-pullable://${nameOf(image)}@${digest}`,
    state: ended ? { terminated } : { running: { startedAt: now } },
  };
}

/** The image without tag and digest. */
function nameOf(image: string): string {
  const plain = image.split('@')[0] ?? '';
  const colon = plain.lastIndexOf(':');
  return colon > plain.lastIndexOf('/') ? plain.slice(0, colon) : plain;
}

function addressOf(uid: string): string {
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(uid).digest();
  return `10.${a}.${b}.${c}`;
}

function pathOf({ metadata }: ApiObject): string {
  return `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name}`;
}

/** Whether a pod counts as a replica: not on its way out, not finished. */
export function isActive(pod: ApiObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return typeof pod.metadata.deletionTimestamp !== 'string' && phase !== 'Failed' && phase !== 'Succeeded';
}

export function isReady(pod: ApiObject): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
}
