import { describe, expect, it } from 'vitest';
import type { Body } from '../../src/kernel/json.ts';
import { isBody } from '../../src/kernel/json.ts';
import { verdictsOf } from './repository.ts';
import type { Staged } from './stage.ts';
import { kustomizationOf, referenceIn } from './stage.ts';
import { World } from './world.ts';

const minute = 60_000;
const nobody = (): void => undefined;

function stagedAs(...names: readonly string[]): readonly Staged[] {
  return names.map((name) => ({ name, image: `registry.test/team/${name}`, overlay: name }));
}

/** A world in which every Application runs 1.0.0. */
async function worldOf(...names: readonly string[]): Promise<World> {
  const world = new World(1, stagedAs(...names), nobody);
  await world.machine.pass(3 * minute);
  return world;
}

function tagOf(world: World, app: Staged): string | undefined {
  return referenceIn(world.repository.head.files.get(kustomizationOf(app)));
}

function conditionsOf(world: World, { name }: Staged): readonly string[] {
  const application = world.server.get({ group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name });
  const status: Body = isBody(application?.['status']) ? application['status'] : {};
  const conditions: readonly unknown[] = Array.isArray(status['conditions']) ? status['conditions'] : [];
  return conditions.filter(isBody).map(({ type, message }) => `${String(type)}: ${String(message)}`);
}

function lowerings(world: World): number {
  return world.repository.history().filter((commit) => verdictsOf(commit).length > 0).length;
}

/** Lets time pass in small steps until the analysis of an Application's canary has failed. */
async function untilFailed(world: World, app: Staged): Promise<void> {
  for (let seconds = 0; seconds < 600; seconds += 1) {
    const runs = world.server.list('AnalysisRun', app.name);
    if (runs.some((run) => isBody(run['status']) && run['status']['phase'] === 'Failed')) return;
    await world.machine.pass(200);
  }
  throw new Error(`no analysis of ${app.name} failed`);
}

describe('a verdict', () => {
  it('waits for a registry that is away, and is not lost', async () => {
    const world = await worldOf('shop');
    const [shop] = world.staged as [Staged];
    world.registry.push(shop.image, '1.1.0', false);
    for (let seconds = 0; tagOf(world, shop) !== '1.1.0'; seconds += 1) await world.machine.pass(1_000);
    world.registry.away.add(shop.image);
    await untilFailed(world, shop);
    await world.machine.pass(10 * minute);
    expect(lowerings(world)).toBe(0);
    expect(conditionsOf(world, shop).join('\n')).toContain(`VerdictPending: the canary of team/shop:1.1.0`);
    world.registry.away.clear();
    await world.machine.pass(minute);
    expect(tagOf(world, shop)).toBe('1.0.0');
    expect(conditionsOf(world, shop).join('\n')).not.toContain('VerdictPending');
  });

  it('whose registry is away keeps no other Application from being raised or lowered', async () => {
    const world = await worldOf('bass', 'shop', 'till');
    const [bass, shop, till] = world.staged as [Staged, Staged, Staged];
    for (const app of [bass, shop]) world.registry.push(app.image, '1.1.0', false);
    for (let seconds = 0; tagOf(world, shop) !== '1.1.0' || tagOf(world, bass) !== '1.1.0'; seconds += 1) await world.machine.pass(500);
    world.registry.away.add(bass.image);
    world.registry.push(till.image, '1.1.0', true);
    await world.machine.pass(5 * minute);
    expect([bass, shop, till].map((app) => tagOf(world, app))).toEqual(['1.1.0', '1.0.0', '1.1.0']);
    world.registry.away.clear();
    await world.machine.pass(minute);
    expect(tagOf(world, bass)).toBe('1.0.0');
  });

  it('of whose file nobody can say where the image stands waits until somebody repairs it', async () => {
    const world = await worldOf('shop');
    const [shop] = world.staged as [Staged];
    world.registry.push(shop.image, '1.1.0', false);
    for (let seconds = 0; tagOf(world, shop) !== '1.1.0'; seconds += 1) await world.machine.pass(500);
    const path = kustomizationOf(shop);
    const good = world.repository.head.files.get(path) ?? '';
    world.repository.edit('Break it', { [path]: `${good}images: [\n` }, world.machine.now);
    await world.machine.pass(5 * minute);
    expect(lowerings(world)).toBe(0);
    expect(conditionsOf(world, shop).join('\n')).toMatch(/VerdictPending: .* is not known: .*kustomization.yaml/);
    world.repository.edit('Repair it', { [path]: good }, world.machine.now);
    await world.machine.pass(3 * minute);
    expect(lowerings(world)).toBe(1);
  });
});

describe('a run that found a canary bad', () => {
  const finalizersOf = (world: World, app: Staged) =>
    world.server.list('AnalysisRun', app.name).map(({ metadata }) => metadata.finalizers ?? []);

  /** A failed canary whose hold the repository refuses. */
  async function refused(): Promise<readonly [World, Staged]> {
    const world = await worldOf('shop');
    const [shop] = world.staged as [Staged];
    world.registry.push(shop.image, '1.1.0', false);
    for (let seconds = 0; tagOf(world, shop) !== '1.1.0'; seconds += 1) await world.machine.pass(500);
    world.git.fault = 'refuses';
    await world.machine.pass(10 * minute);
    expect(finalizersOf(world, shop)).toEqual([['windlass.dev/unsettled']]);
    return [world, shop];
  }

  it('is kept also while Git is away, from the first look on', async () => {
    const world = await worldOf('shop');
    const [shop] = world.staged as [Staged];
    world.registry.push(shop.image, '1.1.0', false);
    for (let seconds = 0; tagOf(world, shop) !== '1.1.0'; seconds += 1) await world.machine.pass(500);
    world.git.fault = 'unreachable';
    await untilFailed(world, shop);
    await world.machine.pass(minute);
    expect(finalizersOf(world, shop)).toEqual([['windlass.dev/unsettled']]);
  });

  it('is let go after a day, and still settled once Git takes the hold', async () => {
    const [world, shop] = await refused();
    await world.machine.pass(23 * 60 * minute);
    expect(finalizersOf(world, shop)).toEqual([['windlass.dev/unsettled']]);
    await world.machine.pass(60 * minute);
    expect(finalizersOf(world, shop)).toEqual([[]]);
    world.git.fault = 'none';
    await world.machine.pass(5 * minute);
    expect(lowerings(world)).toBe(1);
  });

  it('goes with its Rollout where the Application is gone', async () => {
    const [world, shop] = await refused();
    world.server.remove({ group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: shop.name });
    world.server.remove({ group: 'argoproj.io', kind: 'Rollout', namespace: shop.name, name: 'web' });
    await world.machine.pass(minute);
    expect(world.server.list('AnalysisRun', shop.name)).toEqual([]);
  });
});

describe('many Applications in one repository', () => {
  it('are all raised in one look, but for the one that a hook refuses, which is told', async () => {
    const world = await worldOf('a', 'b', 'c', 'd', 'e');
    const [, second] = world.staged as [Staged, Staged];
    world.git.hook = (paths) => (paths.includes(kustomizationOf(second)) ? 'git.test refuses the push to main: b is frozen' : undefined);
    for (const app of world.staged) world.registry.push(app.image, '1.1.0', true);
    await world.machine.pass(2.5 * minute);
    expect(world.staged.map((app) => tagOf(world, app))).toEqual(['1.1.0', '1.0.0', '1.1.0', '1.1.0', '1.1.0']);
    expect(conditionsOf(world, second)).toEqual(['ImageUpdateError: git.test refuses the push to main: b is frozen']);
    delete world.git.hook;
    await world.machine.pass(3 * minute);
    expect(tagOf(world, second)).toBe('1.1.0');
    expect(conditionsOf(world, second)).toEqual([]);
  });

  it('whose CI builds every image at every commit come to rest', async () => {
    const world = await worldOf('shop', 'cart');
    let builds = 0;
    const build = (): void => {
      builds += 1;
      for (const { image } of world.staged) {
        world.registry.builtFrom.set(world.registry.push(image, `1.${builds}.0`, true), world.repository.head.sha);
      }
    };
    build();
    for (let last = world.repository.head.sha, rounds = 0; rounds < 12; rounds += 1) {
      await world.machine.pass(3 * minute);
      if (world.repository.head.sha !== last) build();
      last = world.repository.head.sha;
    }
    expect(world.repository.history().filter(({ witness }) => witness !== undefined)).toHaveLength(2);
    expect(builds).toBe(2);
  });
});

describe('a storm', () => {
  it('stops automatic lowering until a person commits to the holds file, also over a restart', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const world = await worldOf(...names);
    for (const app of world.staged) world.registry.push(app.image, '1.1.0', false);
    await world.machine.pass(5 * minute);
    const stayed = world.staged.filter((app) => tagOf(world, app) === '1.1.0');
    expect(lowerings(world)).toBe(7);
    expect(stayed).toHaveLength(2);
    expect(conditionsOf(world, stayed[0] as Staged).join('\n')).toContain('VerdictStorm: more than 5 lowerings in ten minutes');
    await world.machine.pass(20 * minute);
    world.crash();
    const [first] = world.staged as [Staged];
    world.registry.push(first.image, '1.2.0', false);
    await world.machine.pass(5 * minute);
    expect(tagOf(world, first)).toBe('1.2.0');
    const holds = world.repository.head.files.get('.windlass/holds.yaml') ?? '';
    world.repository.edit('Go on', { '.windlass/holds.yaml': `# looked at\n${holds}` }, world.machine.now);
    world.registry.push(first.image, '1.3.0', false);
    await world.machine.pass(5 * minute);
    expect(tagOf(world, first)).not.toBe('1.3.0');
    expect(conditionsOf(world, first).join('\n')).not.toContain('VerdictStorm');
  });
});
