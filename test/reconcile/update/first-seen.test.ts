import { describe, expect, it } from 'vitest';
import type { Acted } from '../../../src/cluster/answers.ts';
import type { Action } from '../../../src/kernel/action.ts';
import { Failure } from '../../../src/kernel/failure.ts';
import type { Ports } from '../../../src/reconcile/ports.ts';
import { createFirstSeen, firstSeenName } from '../../../src/reconcile/update/first-seen.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';
import { createModelClock, silentLog } from '../model-ports.ts';

const image = 'registry.test/shop';
const start = Date.parse('2026-03-01T12:00:00.000Z');
const signal = new AbortController().signal;

/** One ConfigMap on a server that may fail. */
function setUp() {
  const clock = createModelClock(start);
  const warnings: string[] = [];
  const state: { kept?: KubeObject; failing: boolean; version: number; acts: Action[] } = { failing: false, version: 0, acts: [] };
  const orFail = <Answer>(answer: () => Answer): Promise<Answer> =>
    state.failing ? Promise.reject(new Failure('forbidden', 'configmaps is forbidden')) : Promise.resolve(answer());
  const cluster = {
    name: 'in-cluster',
    read: () => orFail(() => state.kept),
    act: (action: Action) =>
      orFail((): Acted => {
        state.acts.push(action);
        const asked = action.if?.resourceVersion;
        if (action.do === 'create' ? state.kept !== undefined : asked !== undefined && asked !== state.kept?.metadata.resourceVersion)
          return { kind: 'conflict', because: 'somebody else wrote first' };
        state.version += 1;
        const metadata = { name: firstSeenName, namespace: 'windlass', resourceVersion: String(state.version) };
        state.kept = { apiVersion: 'v1', kind: 'ConfigMap', ...action.body, metadata };
        return { kind: 'done' };
      }),
  } as unknown as Ports['cluster'];
  const log = { ...silentLog, warn: (fields: Readonly<Record<string, unknown>>) => void warnings.push(String(fields['because'])) };
  const begin = () => createFirstSeen({ cluster, clock, log }, 'windlass');
  return { clock, warnings, state, begin };
}

describe('when tags were first seen', () => {
  it('is kept over a restart, in one ConfigMap that is written where something is new', async () => {
    const { clock, state, begin } = setUp();
    const first = begin();
    await first.load(signal);
    expect(first.see(image, '1.0.0', 'sha256:a')).toEqual({ digest: 'sha256:a', at: '2026-03-01T12:00:00.000Z' });
    await first.save(signal);
    await first.save(signal);
    expect(state.acts.map((one) => one.do)).toEqual(['create']);
    clock.advance(60_000);
    first.see(image, '1.0.0', 'sha256:a');
    first.see(image, '1.1.0', 'sha256:b');
    await first.save(signal);
    expect(state.acts.map((one) => one.do)).toEqual(['create', 'patch']);
    const second = begin();
    await second.load(signal);
    expect(second.known(image, '1.0.0')).toEqual({ digest: 'sha256:a', at: '2026-03-01T12:00:00.000Z' });
    expect(second.known(image, '1.1.0')).toEqual({ digest: 'sha256:b', at: '2026-03-01T12:01:00.000Z' });
  });

  it('begins again for another digest under the tag', () => {
    const { clock, begin } = setUp();
    const seen = begin();
    seen.see(image, '1.0.0', 'sha256:a');
    clock.advance(60_000);
    expect(seen.see(image, '1.0.0', 'sha256:b').at).toBe('2026-03-01T12:01:00.000Z');
  });

  it('is the earlier of what two replicas saw', async () => {
    const { clock, begin } = setUp();
    const [one, other] = [begin(), begin()];
    await Promise.all([one.load(signal), other.load(signal)]);
    one.see(image, '1.0.0', 'sha256:a');
    clock.advance(60_000);
    other.see(image, '1.0.0', 'sha256:a');
    other.see(image, '1.1.0', 'sha256:b');
    await one.save(signal);
    await other.save(signal);
    const third = begin();
    await third.load(signal);
    expect(third.known(image, '1.0.0')?.at).toBe('2026-03-01T12:00:00.000Z');
    expect(third.known(image, '1.1.0')?.at).toBe('2026-03-01T12:01:00.000Z');
  });

  it('goes on in memory where it may not be read or written, says so, and tries again', async () => {
    const { warnings, state, begin } = setUp();
    state.failing = true;
    const seen = begin();
    await seen.load(signal);
    seen.see(image, '1.0.0', 'sha256:a');
    await seen.save(signal);
    expect(warnings).toEqual(['configmaps is forbidden', 'configmaps is forbidden']);
    state.failing = false;
    await seen.save(signal);
    expect(state.kept).toBeDefined();
  });

  it.each([
    ['no JSON', '{'],
    ['another version', '{"version":2,"images":{}}'],
    ['a time that is none', '{"version":1,"images":{"i":{"t":{"digest":"d","at":"yesterday"}}}}'],
  ])('is lost where the ConfigMap holds %s', async (_, text) => {
    const { state, begin } = setUp();
    state.kept = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: firstSeenName }, data: { 'first-seen.json': text } };
    const seen = begin();
    await seen.load(signal);
    expect(seen.known('i', 't')).toBeUndefined();
  });

  it('fits into a ConfigMap whatever is seen', async () => {
    const { state, begin } = setUp();
    const seen = begin();
    for (let index = 0; index < 6000; index += 1)
      seen.see(`registry.test/${'team/'.repeat(8)}shop`, `${'t'.repeat(120)}${index}`, `sha256:${'a'.repeat(64)}`);
    await seen.save(signal);
    expect(JSON.stringify(state.kept).length).toBeLessThan(1024 * 1024);
    expect(seen.known(`registry.test/${'team/'.repeat(8)}shop`, `${'t'.repeat(120)}5999`)).toBeDefined();
  });

  it('is kept of a new tag too where there is no room left: what was seen longest ago goes', async () => {
    const { clock, begin } = setUp();
    const seen = begin();
    for (let index = 0; index < 3500; index += 1) {
      clock.advance(1000);
      seen.see(image, `1.0.${index}`, 'sha256:a');
    }
    await seen.save(signal);
    clock.advance(1000);
    const { at } = seen.see(image, '2.0.0', 'sha256:b');
    await seen.save(signal);
    expect(seen.known(image, '2.0.0')?.at).toBe(at);
    expect(seen.known(image, '1.0.0')).toBeUndefined();
    const second = begin();
    await second.load(signal);
    expect(second.known(image, '2.0.0')?.at).toBe(at);
    expect(second.known(image, '1.0.3499')).toBeDefined();
  });

  it('gives every tag its turn, also where the first of the list are never served', () => {
    const seen = setUp().begin();
    const tags = ['9.0.0', '8.0.0', '1.2.0', '1.1.0'];
    for (const tag of seen.unseen(image, tags, 2)) seen.miss(image, tag);
    expect(seen.unseen(image, tags, 2)).toEqual(['1.2.0', '1.1.0']);
    seen.see(image, '1.2.0', 'sha256:a');
    seen.miss(image, '1.1.0');
    expect(seen.unseen(image, tags, 2)).toEqual(['9.0.0', '8.0.0']);
    expect(seen.unseen('registry.test/cart', tags, 2)).toEqual(['9.0.0', '8.0.0']);
  });

  it('is kept nowhere without a namespace', async () => {
    const { clock, state } = setUp();
    const seen = createFirstSeen({ cluster: { name: 'c' } as Ports['cluster'], clock, log: silentLog }, undefined);
    seen.see(image, '1.0.0', 'sha256:a');
    await Promise.all([seen.load(signal), seen.save(signal)]);
    expect(state.acts).toEqual([]);
  });
});
