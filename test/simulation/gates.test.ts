import { describe, expect, it } from 'vitest';
import type { Staged } from './stage.ts';
import { kustomizationOf, referenceIn } from './stage.ts';
import { World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A world whose only Application runs 1.0.0 and has these annotations of ours; it begins on a Sunday at 12:00 UTC. */
async function worldWith(annotations: Readonly<Record<string, string>>): Promise<{ readonly world: World; readonly shop: Staged }> {
  const shop = { name: 'shop', image: 'registry.test/team/shop', overlay: 'shop' };
  const world = new World(1, [shop], () => undefined);
  await world.machine.pass(3 * minute);
  const written = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`windlass.dev/web.${key}`, value]));
  const where = { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: shop.name };
  world.server.patch(where, { metadata: { annotations: written } }, 'rest');
  await world.machine.pass(minute);
  return { world, shop };
}

function tagOf(world: World, app: Staged): string | undefined {
  return referenceIn(world.repository.head.files.get(kustomizationOf(app)));
}

/** Lets time pass until Git has another value; answers how long that took, in ms. */
async function untilWritten(world: World, app: Staged, value: string): Promise<number> {
  const began = world.machine.now;
  while (tagOf(world, app) !== value) {
    if (world.machine.now > began + 48 * hour) throw new Error(`${value} was not written`);
    await world.machine.pass(1_000);
  }
  return world.machine.now - began;
}

/** The conditions of the Application that are about waiting. */
function waiting(world: World, app: Staged): readonly string[] {
  const object = world.server.get({ group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: app.name });
  const { conditions = [] } =
    (object as { status?: { conditions?: readonly { type: string; message: string }[] } } | undefined)?.status ?? {};
  return conditions.flatMap(({ type, message }) => (type === 'ImageWaiting' ? [message] : []));
}

function look(world: World, app: Staged): void {
  world.service.look(app.image);
}

describe('min-age where the registry tells no times', () => {
  it('raises when the tag was seen for long enough, not at the next poll after it', async () => {
    const { world, shop } = await worldWith({ 'min-age': '10m7s' });
    world.registry.push(shop.image, '1.1.0', true);
    look(world, shop);
    const waited = await untilWritten(world, shop, '1.1.0');
    expect(waited).toBeGreaterThanOrEqual(10 * minute + 7_000);
    expect(waited).toBeLessThan(10 * minute + 20_000);
  });

  it('remembers over a restart since when', async () => {
    const { world, shop } = await worldWith({ 'min-age': '1h' });
    world.registry.push(shop.image, '1.1.0', true);
    await world.machine.pass(50 * minute);
    expect(world.server.get({ group: '', kind: 'ConfigMap', namespace: 'windlass', name: 'windlass-memory-first-seen' })).toBeDefined();
    world.crash();
    expect(await untilWritten(world, shop, '1.1.0')).toBeLessThan(15 * minute);
  });

  it('begins again where the tag is pushed again meanwhile', async () => {
    const { world, shop } = await worldWith({ 'min-age': '1h' });
    world.registry.push(shop.image, '1.1.0', true);
    await world.machine.pass(50 * minute);
    world.registry.push(shop.image, '1.1.0', true);
    // It is seen when its first time is over.
    expect(await untilWritten(world, shop, '1.1.0')).toBeGreaterThan(hour);
  });

  it('writes the newest that is old enough, and each of the others in its time', async () => {
    const { world, shop } = await worldWith({ 'min-age': '1h' });
    world.registry.push(shop.image, '1.1.0', true);
    await world.machine.pass(30 * minute);
    world.registry.push(shop.image, '1.2.0', true);
    await untilWritten(world, shop, '1.1.0');
    expect(await untilWritten(world, shop, '1.2.0')).toBeGreaterThan(20 * minute);
  });

  it('does not delay what a failed canary takes back', async () => {
    const { world, shop } = await worldWith({ 'min-age': '1h', schedule: '*/1 * * * *' });
    world.registry.push(shop.image, '1.1.0', false);
    await untilWritten(world, shop, '1.1.0');
    expect(await untilWritten(world, shop, '1.0.0')).toBeLessThan(10 * minute);
  });
});

describe('a schedule', () => {
  it('raises in its minute, though no poll falls into it', async () => {
    const { world, shop } = await worldWith({ schedule: '30 9 * * 1' });
    world.registry.push(shop.image, '1.1.0', true);
    await untilWritten(world, shop, '1.1.0');
    expect(new Date(world.machine.now).toISOString()).toMatch(/^2026-03-02T09:30:/);
  });
});

describe('a tag that waits', () => {
  it.each([
    [{ schedule: '30 9 * * 1' }, 'the schedule 30 9 * * 1 (UTC) opens at 2026-03-02T09:30:00.000Z'],
    [{ paused: 'true' }, 'windlass.dev/web.paused is set'],
  ])('is a condition of the Application until it is written: %j', async (annotations, why) => {
    const { world, shop } = await worldWith(annotations);
    world.registry.push(shop.image, '1.1.0', true);
    await world.machine.pass(5 * minute);
    expect(waiting(world, shop)).toEqual([expect.stringContaining(`1.0.0 stays: 1.1.0 waits, because ${why}`)]);
    const writes = world.server.acts.length;
    await world.machine.pass(hour);
    expect(world.server.acts.slice(writes).map(({ action }) => `${action.do} ${action.on.kind}`)).toEqual([]);
    const where = { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: shop.name };
    world.server.patch(
      where,
      { metadata: { annotations: { 'windlass.dev/web.paused': null, 'windlass.dev/web.schedule': null } } },
      'rest',
    );
    await untilWritten(world, shop, '1.1.0');
    await world.machine.pass(minute);
    expect(waiting(world, shop)).toEqual([]);
  });
});

describe('strategy digest', () => {
  it('shows another digest of its tag that waits', async () => {
    const { world, shop } = await worldWith({ 'update-strategy': 'digest' });
    const where = { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: shop.name };
    const annotations = { 'windlass.dev/image-list': `web=${shop.image}:stable`, 'windlass.dev/web.paused': 'true' };
    const good = world.registry.push(shop.image, 'stable', true);
    world.server.patch(where, { metadata: { annotations: { ...annotations, 'windlass.dev/web.paused': null } } }, 'rest');
    await untilWritten(world, shop, `stable@${good}`);
    world.server.patch(where, { metadata: { annotations } }, 'rest');
    world.registry.push(shop.image, 'stable', true);
    await world.machine.pass(5 * minute);
    expect(waiting(world, shop)).toEqual([
      expect.stringContaining('another digest of stable waits, because windlass.dev/web.paused is set'),
    ]);
    expect(tagOf(world, shop)).toBe(`stable@${good}`);
  });

  it('pins the tag, follows it, and takes back what fails', async () => {
    const { world, shop } = await worldWith({ 'update-strategy': 'digest', 'image-list': 'ignored' });
    const where = { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: shop.name };
    world.server.patch(where, { metadata: { annotations: { 'windlass.dev/image-list': `web=${shop.image}:stable` } } }, 'rest');
    const good = world.registry.push(shop.image, 'stable', true);
    await untilWritten(world, shop, `stable@${good}`);
    await world.machine.pass(10 * minute);
    const bad = world.registry.push(shop.image, 'stable', false);
    look(world, shop);
    await untilWritten(world, shop, `stable@${bad}`);
    await untilWritten(world, shop, `stable@${good}`);
    await world.machine.pass(hour);
    expect(tagOf(world, shop)).toBe(`stable@${good}`);
    const next = world.registry.push(shop.image, 'stable', true);
    await untilWritten(world, shop, `stable@${next}`);
  });
});
