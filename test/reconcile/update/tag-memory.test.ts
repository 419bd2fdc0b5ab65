import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/kernel/failure.ts';
import type { RegistryPort } from '../../../src/reconcile/ports.ts';
import { createTagMemory } from '../../../src/reconcile/update/tag-memory.ts';
import { createModelClock } from '../model-ports.ts';

const hour = 3600_000;
const access = { apiUrl: 'https://registry.test' };
const created = '2026-01-01T00:00:00.000Z';

/** A registry that counts what it is asked, and how much of it at once. */
function countingRegistry(answer: (tag: string) => 'served' | 'absent' | 'limited' = () => 'served') {
  const asked: string[] = [];
  let inFlight = 0;
  let most = 0;
  const reply = async <Value>(tag: string, served: Value): Promise<Value | 'absent'> => {
    asked.push(tag);
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    inFlight -= 1;
    const said = answer(tag);
    if (said === 'limited') throw new Failure('rate-limited', `${tag}: not now`);
    return said === 'absent' ? 'absent' : served;
  };
  const registry: RegistryPort = {
    list: () => Promise.reject(new Error('nobody lists here')),
    facts: (_, tag) => reply(tag, { tag, digest: 'sha256:d', children: [], createdAt: created }),
    served: (_, tag) => reply(tag, 'sha256:d'),
  };
  return { registry, asked, most: () => most };
}

function setUp(answer?: Parameters<typeof countingRegistry>[0]) {
  const counting = countingRegistry(answer);
  const clock = createModelClock(0);
  const memory = createTagMemory({ registry: counting.registry, clock, random: () => 0.5 });
  const asker = { image: 'registry.test/shop', access, signal: new AbortController().signal };
  return { ...counting, clock, memory, asker };
}

const tags = Array.from({ length: 5000 }, (_, index) => `build-${index}`);

describe('the memory of what stands behind tags', () => {
  it('asks for 5,000 tags once, a few at a time, and then only for what is new', async () => {
    const { memory, asker, asked, most } = setUp();
    expect(Object.keys(await memory.created(asker, tags))).toHaveLength(5000);
    expect(asked).toHaveLength(5000);
    expect(most()).toBeLessThanOrEqual(8);
    expect(await memory.created(asker, [...tags, 'build-5000'])).toMatchObject({ 'build-5000': created, 'build-0': created });
    expect(asked.slice(5000)).toEqual(['build-5000']);
  });

  it('shares one answer among all who ask at the same time', async () => {
    const { memory, asker, asked } = setUp();
    await Promise.all([memory.digests(asker, tags.slice(0, 10)), memory.digests(asker, tags.slice(5, 15))]);
    expect(asked.toSorted()).toEqual(tags.slice(0, 15).toSorted());
  });

  it('keeps what it learned before a failure, and asks for the rest later', async () => {
    let limited = true;
    const { memory, asker, asked } = setUp((tag) => (limited && tag === 'build-20' ? 'limited' : 'served'));
    await expect(memory.created(asker, tags.slice(0, 40))).rejects.toThrow('build-20: not now');
    expect(asked.length).toBeLessThan(40);
    const before = asked.length;
    limited = false;
    await memory.created(asker, tags.slice(0, 40));
    expect(asked.length - before).toBeLessThan(30);
  });

  it('asks again for what was absent, and once in a while for everything', async () => {
    let there = false;
    const { memory, asker, asked, clock } = setUp(() => (there ? 'served' : 'absent'));
    expect(await memory.created(asker, ['a'])).toEqual({ a: 'absent' });
    there = true;
    expect(await memory.created(asker, ['a'])).toEqual({ a: created });
    clock.advance(23 * hour);
    await memory.created(asker, ['a']);
    expect(asked).toHaveLength(2);
    clock.advance(hour);
    await memory.created(asker, ['a']);
    expect(asked).toHaveLength(3);
  });

  it('does not answer one credential with what another was told', async () => {
    const { memory, asker, asked } = setUp();
    await memory.digests(asker, ['a']);
    await memory.digests({ ...asker, access: { apiUrl: 'https://other.test' } }, ['a']);
    expect(asked).toHaveLength(2);
  });

  it('forgets the oldest where there are too many', async () => {
    const { registry, asked } = countingRegistry();
    const ports = { registry, clock: createModelClock(0), random: () => 0 };
    const memory = createTagMemory(ports, { inFlight: 1, tags: 2, atOneLook: 10, ofOneImage: 10, keptMs: hour });
    const asker = { image: 'i', access, signal: new AbortController().signal };
    await memory.digests(asker, ['a', 'b', 'c']);
    await memory.digests(asker, ['c', 'b', 'a']);
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });

  it('looks behind so many tags at each look, and answers when it has seen all', async () => {
    const { registry, asked } = countingRegistry();
    const ports = { registry, clock: createModelClock(0), random: () => 0 };
    const memory = createTagMemory(ports, { inFlight: 1, tags: 10, atOneLook: 2, ofOneImage: 5, keptMs: hour });
    const asker = { image: 'i', access, signal: new AbortController().signal };
    const all = ['a', 'b', 'c', 'd', 'e'];
    await expect(memory.created(asker, all)).rejects.toMatchObject({
      code: 'too-large',
      message: 'i: 3 of 5 tags are not looked at yet, 2 at each look: nothing is decided before',
    });
    await expect(memory.created(asker, all)).rejects.toThrow('i: 1 of 5 tags');
    expect(Object.keys(await memory.created(asker, all))).toEqual(all);
    expect(asked).toEqual(all);
    await expect(memory.created(asker, [...all, 'f'])).rejects.toThrow('i: 6 tags to look behind, 5 at most: let allow-tags choose');
  });
});
