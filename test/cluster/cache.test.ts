import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectCache } from '../../src/cluster/cache.ts';
import type { KubeObject } from '../../src/resources/meta.ts';

function object(name: string, version: number, uid = 'u1'): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop', uid, resourceVersion: String(version) } };
}

const versionIn = (cache: ObjectCache, name = 'a') => cache.get('shop', name)?.metadata.resourceVersion;

describe('a cache', () => {
  it('never goes back: the late echo of an older write changes nothing', () => {
    const cache = new ObjectCache();
    expect(cache.put(object('a', 5))?.type).toBe('added');
    expect(cache.put(object('a', 7))?.type).toBe('modified'); // the answer to our own write
    expect(cache.put(object('a', 6))).toBeUndefined(); // the user's write before it, by the watch
    expect(cache.put(object('a', 7))).toBeUndefined(); // our own write, by the watch
    expect(versionIn(cache)).toBe('7');
  });

  it('compares versions as numbers, beyond 53 bits too', () => {
    const cache = new ObjectCache();
    cache.put(object('a', 9));
    expect(cache.put(object('a', 10))?.type).toBe('modified');
    const [low, high] = ['9007199254740992', '9007199254740993'].map((resourceVersion) => ({
      ...object('b', 0),
      metadata: { name: 'b', namespace: 'shop', uid: 'u2', resourceVersion },
    }));
    cache.put(high!);
    expect(cache.put(low!)).toBeUndefined();
  });

  it('a deleted object is not brought back by an answer that was on its way', () => {
    const cache = new ObjectCache();
    cache.put(object('a', 5));
    expect(cache.remove(object('a', 6))?.type).toBe('deleted');
    expect(cache.put(object('a', 5))).toBeUndefined();
    expect(cache.remove(object('a', 6))).toBeUndefined();
    expect(cache.put(object('a', 7, 'u2'))?.type).toBe('added');
  });

  it('the deletion of an object leaves its successor alone', () => {
    const cache = new ObjectCache();
    cache.put(object('a', 8, 'u2'));
    expect(cache.remove(object('a', 7, 'u1'))).toBeUndefined();
    expect(versionIn(cache)).toBe('8');
  });

  it('a list takes away what is missing, but nothing that is newer than the list', () => {
    const cache = new ObjectCache();
    cache.put(object('old', 3, 'o'));
    cache.put(object('new', 12, 'n'));
    const events = cache.replace([object('a', 9)], '10');
    expect(events.map(({ type, object: { metadata } }) => `${type} ${metadata.name}`)).toEqual(['deleted old', 'added a']);
    expect(versionIn(cache, 'new')).toBe('12');
  });

  it('a list from before the last one is the truth: the server’s history was set back', () => {
    const cache = new ObjectCache();
    cache.replace([object('a', 90), object('b', 80, 'u2')], '100');
    const events = cache.replace([object('a', 50)], '60');
    expect(events.map(({ type, object: { metadata } }) => `${type} ${metadata.name}`)).toEqual(['deleted b', 'modified a']);
    expect(versionIn(cache)).toBe('50');
  });

  it('shows the newest version whatever the order of arrival, and tells of no version twice', () => {
    const arrivals = fc.array(fc.record({ name: fc.constantFrom('a', 'b'), version: fc.integer({ min: 1, max: 30 }) }), { maxLength: 40 });
    fc.assert(
      fc.property(arrivals, (puts) => {
        const cache = new ObjectCache();
        const told = puts.flatMap(({ name, version }) => cache.put(object(name, version, name)) ?? []);
        for (const name of ['a', 'b']) {
          const versions = puts.filter((put) => put.name === name).map((put) => put.version);
          const heard = told
            .filter((event) => event.object.metadata.name === name)
            .map((event) => Number(event.object.metadata.resourceVersion));
          expect(Number(versionIn(cache, name) ?? 0)).toBe(Math.max(0, ...versions));
          expect(heard).toEqual([...new Set(heard)].sort((left, right) => left - right));
        }
      }),
    );
  });
});
