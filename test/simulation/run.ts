import { templateHashLabel } from '../../src/verdict/canary-images.ts';
import { calm, happen, landFirst } from './events.ts';
import { invariants, unsettled } from './invariants.ts';
import type { Records } from './record.ts';
import { isReady } from './nodes.ts';
import { imageOf, Recorder, statusOf } from './record.ts';
import type { Staged } from './stage.ts';
import { World } from './world.ts';

const shop: Staged = { name: 'shop', image: 'registry.test/team/shop', overlay: 'shop' };
const cart: Staged = { name: 'cart', image: 'registry.test/team/cart', overlay: 'cart' };
const second: Staged = { ...shop, name: 'shop-two' };
const stages: readonly (readonly Staged[])[] = [[shop], [shop, cart], [shop, second]];

const second1 = 1_000;
const minute = 60 * second1;

export type Outcome = {
  readonly world: World;
  readonly records: Records;
  readonly broken: readonly string[];
  readonly story: readonly string[];
};

/** Plays one seed to its end, or to the first step after which something is wrong. */
export async function play(seed: number, steps: number): Promise<Outcome> {
  const world = new World(seed, stages[seed % stages.length] ?? [shop], landFirst);
  const recorder = new Recorder(world);
  const story: string[] = [];
  const outcome = (broken: readonly string[]): Outcome => ({ world, records: recorder.read(), broken, story });
  try {
    for (let step = 1; step <= steps; step += 1) {
      story.push(`${step}. ${new Date(world.machine.now).toISOString()} ${await takeStep(world)}`);
      const broken = check(recorder.read());
      if (broken.length > 0) return outcome(broken);
    }
    story.push('calm');
    return outcome(await restOf(world, recorder));
  } catch (thrown) {
    return outcome([thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)]);
  }
}

async function takeStep(world: World): Promise<string> {
  const { random, machine } = world;
  const said = happen(world);
  const pace = random.below(10);
  if (pace < 3) {
    const turns = 1 + random.below(60);
    await machine.work(turns);
    return `${said}; ${turns} turns later:`;
  }
  const ms = pace < 6 ? 0 : pace < 8 ? (1 + random.below(30)) * second1 : (1 + random.below(10)) * minute;
  await machine.pass(ms);
  return `${said}; ${ms / second1} s later:`;
}

export function check(records: Records): readonly string[] {
  return invariants.flatMap(({ number, sentence, broken }) => broken(records).map((what) => `invariant ${number} (${sentence}): ${what}`));
}

/** No trouble and nothing new: all ends well, and then nothing is written any more. */
async function restOf(world: World, recorder: Recorder): Promise<readonly string[]> {
  calm(world);
  await world.machine.pass(60 * minute);
  const records = recorder.read();
  const acts = world.server.acts.length;
  await world.machine.pass(20 * minute);
  const later = recorder.read();
  const rest = later.commits.length === records.commits.length ? [] : ['invariant 6: the loop commits although nothing happens'];
  const quiet = world.server.acts
    .slice(acts)
    .map(
      ({ action, outcome }) => `invariant 23: ${action.do} of ${action.on.kind} ${action.on.name} (${outcome}) although nothing happens`,
    );
  const open = unsettled(later).map((what) => `invariant 4: ${what}`);
  return [...check(later), ...rest, ...quiet.slice(0, 5), ...open, ...world.staged.flatMap((app) => unfinished(world, app))];
}

/**
 * An aborted canary has no replicas in the end. Where the stable image is gone from the registry, it goes on making up for the pods that
 * lack; and as they take the room that `maxSurge` gives, stable may never have all its replicas again.
 */
function unfinished(world: World, app: Staged): readonly string[] {
  const status = statusOf(world.rollout(app));
  if (status['abort'] !== true) return [];
  const sets = world.server
    .list('ReplicaSet', app.name)
    .map((set) => ({ set, hash: set.metadata.labels?.[templateHashLabel], ...statusOf(set) }));
  const stable = sets.find(({ hash }) => hash === status['stableRS']);
  const waiting = stable === undefined ? [] : world.nodes.podsOf(stable.set).filter((pod) => !isReady(pod));
  if (waiting.some((pod) => !world.registry.tagsOf(app.image).includes(imageOf(pod).split(':').at(-1) ?? ''))) return [];
  if (stable?.replicas !== 5)
    return [`invariant 25: ${app.name} is aborted, and stable has ${stable?.replicas ?? 0} of 5 replicas in the end`];
  const others = sets.filter(({ hash, replicas }) => hash !== stable.hash && replicas !== 0);
  return others.map(
    ({ hash, replicas }) => `invariant 25: ${app.name} is aborted, and ${hash ?? ''} has ${replicas ?? 0} replicas in the end`,
  );
}
