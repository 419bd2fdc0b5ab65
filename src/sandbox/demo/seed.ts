/** A reproducible stream of numbers in [0, 1) (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Everything that a seed decides: names, versions and error ratios (0 to 1) of the images. */
export type Cast = {
  readonly app: string;
  readonly repository: string;
  readonly namespace: string;
  readonly versions: {
    readonly first: string;
    readonly patch: string;
    readonly bad: string;
    readonly badAgain: readonly [string, string];
    readonly fixed: string;
    readonly last: string;
  };
  readonly goodRatio: () => number;
  readonly badRatio: number;
};

const apps = ['shop', 'cart', 'search', 'billing', 'atlas', 'mail', 'quay-side', 'till', 'harbor-app', 'lighthouse'];
const teams = ['team', 'platform', 'acme', 'north', 'web', 'core-services'];

/** Chooses the cast of the story. The order of the versions is always first < patch < bad < badAgain < fixed < last. */
export function chooseCast(random: () => number): Cast {
  const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? 'shop';
  const app = pick(apps);
  const [major, minor, patch] = [whole(0, 12), whole(0, 30), whole(0, 40)];
  const prefix = random() < 0.3 ? 'v' : '';
  const version = (up: number, small: number) => `${prefix}${major}.${minor + up}.${small}`;
  return {
    app,
    repository: `${pick(teams)}/${app}`,
    namespace: `${app}-${pick(['prod', 'live', 'main'])}`,
    versions: {
      first: version(0, patch),
      patch: version(0, patch + whole(1, 3)),
      bad: version(1, 0),
      badAgain: [version(1, 1), version(2, 0)],
      fixed: version(3, 0),
      last: version(3, whole(1, 9)),
    },
    goodRatio: () => random() * 0.012,
    badRatio: 0.2 + random() * 0.5,
  };
}
