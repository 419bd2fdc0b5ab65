import { isBody, sameJson } from '../../../src/kernel/json.ts';
import type { Body } from '../../../src/kernel/json.ts';
import type { Application } from '../../../src/resources/application.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';
import { hookKindOf, ownWaveOf } from '../../../src/sync/annotations.ts';
import { retryDelay } from '../../../src/sync/auto-sync.ts';
import { inWaves } from '../../../src/sync/waves.ts';
import { type Input, notRun } from '../adapter.ts';

/** The rows on annotations, order and retries; windows are not implemented, and neither are phases other than Sync. */
export function answer(input: Input): unknown {
  switch (input['kind']) {
    case 'retry-delay':
      return { seconds: retryDelay(applicationWith(input['retry']), Number(input['retryCount'])) / 1000 };
    case 'task-order':
      return orderOf(Array.isArray(input['tasks']) ? input['tasks'].filter(isBody) : []);
    case 'hook-annotations':
      return annotationsOf(isBody(input['annotations']) ? input['annotations'] : {});
    default:
      return notRun;
  }
}

/** Only what is answered is compared: phases and delete policies of hooks are not read yet. */
export function equal(expected: unknown, answered: unknown): boolean {
  if (!isBody(expected) || !isBody(answered)) return false;
  return Object.entries(answered).every(([key, value]) => sameJson(expected[key], value));
}

function applicationWith(retry: unknown): Application {
  return { metadata: { name: 'x' }, spec: { destination: {}, syncPolicy: { retry: retry ?? {} } } };
}

function orderOf(tasks: readonly Body[]): unknown {
  if (tasks.some((task) => task['phase'] !== 'Sync')) return notRun;
  const waved = inWaves(
    tasks
      .map((task) => task['object'])
      .filter(isObject)
      .map((body) => ({ body })),
  );
  const order = waved.map(({ item, wave }) => {
    const { name, namespace } = item.body.metadata;
    return { kind: item.body.kind, name, namespace: namespace ?? '', phase: 'Sync', wave };
  });
  return { order };
}

function annotationsOf(annotations: Body): unknown {
  const texts = Object.fromEntries(Object.entries(annotations).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  const object: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', annotations: texts } };
  const kind = hookKindOf(object);
  return { isHook: kind === 'hook', skip: kind === 'skip', wave: ownWaveOf(object) };
}

function isObject(value: unknown): value is KubeObject {
  return isBody(value) && typeof value['kind'] === 'string' && isBody(value['metadata']);
}
