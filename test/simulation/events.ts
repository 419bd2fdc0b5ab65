import { parse, stringify } from 'yaml';
import { isBody } from '../../src/kernel/json.ts';
import type { Staged } from './stage.ts';
import { holdsPath, kustomizationOf, referenceIn } from './stage.ts';
import type { World } from './world.ts';

/** Something that happens outside; answers what, or nothing where it cannot happen now. */
type Happening = (world: World) => string | undefined;

const anyone = (world: World): Staged => world.random.pick(world.staged);

/** The next version above every tag that an image ever had: nobody pushes a version twice by accident. */
function nextTag(world: World, image: string): string {
  const ever = [...world.registry.everServed].filter((entry) => entry.startsWith(`${image}:1.`));
  const minors = ever.map((entry) => Number(/:1\.(\d+)\./.exec(entry)?.[1] ?? 0));
  return `1.${Math.max(0, ...minors) + 1}.0`;
}

function hint(world: World, image: string): void {
  if (world.random.chance(0.6)) world.service.look(image);
}

const pushNew: Happening = (world) => {
  const { image } = anyone(world);
  const tag = nextTag(world, image);
  const good = world.random.chance(0.5);
  world.registry.push(image, tag, good);
  hint(world, image);
  return `${good ? 'a good' : 'a bad'} image is pushed as ${image}:${tag}`;
};

const pushOlder: Happening = (world) => {
  const { image } = anyone(world);
  const tag = `1.0.${world.random.below(9) + 1}`;
  world.registry.push(image, tag, world.random.chance(0.5));
  hint(world, image);
  return `an image is pushed as ${image}:${tag}, an old version`;
};

const nameAgain: Happening = (world) => {
  const { image } = anyone(world);
  const known = world.registry.tagsOf(image);
  if (known.length === 0) return undefined;
  const from = world.random.pick(known);
  const tag = nextTag(world, image);
  world.registry.point(image, tag, world.registry.digest(image, from) ?? '');
  hint(world, image);
  return `${image}:${from} is also called ${tag}`;
};

const retag: Happening = (world) => {
  const { image } = anyone(world);
  const known = world.registry.tagsOf(image);
  if (known.length === 0) return undefined;
  const tag = world.random.pick(known);
  world.registry.push(image, tag, world.random.chance(0.5));
  return `${image}:${tag} stands for another image now`;
};

const removeTag: Happening = (world) => {
  const { image } = anyone(world);
  const known = world.registry.tagsOf(image);
  if (known.length < 2) return undefined;
  const tag = world.random.pick(known);
  world.registry.remove(image, tag);
  return `${image}:${tag} is removed from the registry`;
};

const revert: Happening = ({ repository, machine }) => {
  const { head } = repository;
  if (head.parent === undefined) return undefined;
  const before = repository.commit(head.parent).files;
  const paths = [...new Set([...before.keys(), ...head.files.keys()])].filter((path) => before.get(path) !== head.files.get(path));
  repository.edit(`Revert "${head.subject}"`, Object.fromEntries(paths.map((path) => [path, before.get(path) ?? null])), machine.now);
  return `a person reverts "${head.subject}"`;
};

const writeTag: Happening = (world) => {
  const app = anyone(world);
  const known = [...world.registry.tagsOf(app.image)];
  const text = world.repository.head.files.get(kustomizationOf(app));
  if (text === undefined || known.length === 0) return undefined;
  const tag = world.random.pick(known);
  const changed = /newTag:/.test(text)
    ? text.replace(/newTag: .*/, `newTag: "${tag}"`)
    : text.replace(/(- name: \S+)(.*)\n/, `$1$2\n    newTag: "${tag}"\n`);
  if (changed === text) return undefined;
  const mode = world.random.chance(0.2) ? { [`${app.overlay}/mode.txt`]: `mode-${world.random.below(100)}` } : {};
  world.repository.edit(`Run ${tag}`, { [kustomizationOf(app)]: changed, ...mode }, world.machine.now);
  return `a person writes ${tag} for ${app.image}${Object.keys(mode).length > 0 ? ', and changes the mode' : ''}`;
};

const takeTagOut: Happening = (world) => {
  const app = anyone(world);
  const text = world.repository.head.files.get(kustomizationOf(app)) ?? '';
  const changed = text.replace(/ *newTag: .*\n/, '');
  if (changed === text || !world.random.chance(0.3)) return undefined;
  world.repository.edit('Take the tag out', { [kustomizationOf(app)]: changed }, world.machine.now);
  return `a person removes ${referenceIn(text) ?? ''} of ${app.image}`;
};

const changeMode: Happening = (world) => {
  const app = anyone(world);
  world.repository.edit('Change the mode', { [`${app.overlay}/mode.txt`]: `mode-${world.random.below(100)}` }, world.machine.now);
  return `a person changes the mode of ${app.overlay}`;
};

const comment: Happening = (world) => {
  const path = kustomizationOf(anyone(world));
  const text = world.repository.head.files.get(path) ?? '';
  const line = `# note ${world.random.below(1000)}: ünd more\n`;
  const changed = world.random.chance(0.5) ? `${line}${text}` : `${text}${line}`;
  world.repository.edit('Note something', { [path]: changed }, world.machine.now);
  return `a person adds a comment to ${path}`;
};

const unrelated: Happening = (world) => {
  world.repository.edit('Write docs', { 'README.md': `words ${world.random.below(1e6)}\n` }, world.machine.now);
  return 'a person commits something unrelated';
};

const liftHold: Happening = (world) => {
  const text = world.repository.head.files.get(holdsPath);
  const read: unknown = text === undefined ? undefined : parse(text);
  const holds: readonly unknown[] = isBody(read) && Array.isArray(read['holds']) ? read['holds'] : [];
  if (holds.length === 0) return undefined;
  const lifted = world.random.below(holds.length);
  const left = holds.filter((_, index) => index !== lifted);
  const style = world.random.chance(0.5) ? JSON.stringify({ holds: left }, null, 2) : stringify({ holds: left });
  world.repository.edit('Lift a hold', { [holdsPath]: `# ours too\n${style}\n` }, world.machine.now);
  return `a person lifts ${JSON.stringify(holds[lifted])}`;
};

const verbs: readonly (readonly [name: string, status: Readonly<Record<string, unknown>>])[] = [
  ['aborts', { abort: true }],
  ['retries', { abort: false }],
  ['promotes in full', { promoteFull: true }],
];

const command: Happening = (world) => {
  const app = anyone(world);
  if (world.rollout(app) === undefined) return undefined;
  const [name, status] = world.random.pick(verbs);
  world.patchRolloutStatus(app, status);
  return `a person ${name} the Rollout of ${app.name}`;
};

const crash: Happening = (world) => {
  world.crash();
  return 'the process dies, and another one starts';
};

const troubles: readonly Happening[] = [
  ({ metrics, random }) => `metrics: ${(metrics.fault = random.pick(['none', 'none', 'away', 'not-a-number']))}`,
  ({ registry, random }) => `registry: ${(registry.fault = random.pick(['none', 'none', 'unreachable', 'server-error', 'incomplete']))}`,
  ({ git, random }) => `git: ${(git.fault = random.pick(['none', 'none', 'unreachable', 'loses-answers', 'refuses', 'races']))}`,
  ({ clusterFaults, random }) => `odds of a failed request to the cluster: ${(clusterFaults.odds = random.pick([0, 0, 0.05]))}`,
  (world) => {
    world.lag(!world.clusterFaults.lagging);
    return world.clusterFaults.lagging ? 'watches fall silent' : 'watches speak again';
  },
];

const weighted: readonly (readonly [weight: number, happening: Happening])[] = [
  [8, pushNew],
  [1, pushOlder],
  [2, nameAgain],
  [1, retag],
  [1, removeTag],
  [2, revert],
  [2, writeTag],
  [1, takeTagOut],
  [1, changeMode],
  [1, comment],
  [1, unrelated],
  [2, liftHold],
  [4, command],
  [4, crash],
  [5, (world) => world.random.pick(troubles)(world)],
];

const total = weighted.reduce((sum, [weight]) => sum + weight, 0);

/** Lets one thing happen; answers what. */
export function happen(world: World): string {
  for (;;) {
    let point = world.random.below(total);
    const found = weighted.find(([weight]) => (point -= weight) < 0);
    const said = found?.[1](world);
    if (said !== undefined) return said;
  }
}

/** A commit of somebody else that lands while ours is under way. */
export function landFirst(world: World): void {
  unrelated(world);
}

/** No trouble any more. */
export function calm(world: World): void {
  world.metrics.fault = 'none';
  world.registry.fault = 'none';
  world.git.fault = 'none';
  world.clusterFaults.odds = 0;
  world.lag(false);
}
