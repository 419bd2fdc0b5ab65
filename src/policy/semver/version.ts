/**
 * A tag read as a version by the grammar of Masterminds/semver v3.4.0. Numbers are unsigned 64-bit, as date tags and numeric commit ids
 * need; `prerelease` is '' where there is none. Build metadata takes part in nothing.
 */
export type Version = {
  readonly text: string;
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
};

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const grammars = {
  lenient: new RegExp(`^v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`),
  strict: new RegExp(`^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`),
};
const uint64Max = 2n ** 64n - 1n;

/**
 * The version that a text spells; undefined where Masterminds v3.4.0 refuses it. `lenient` (what tags get, Go's NewVersion) takes one
 * `v` in front, leading zeros and missing minor and patch; `strict` (StrictNewVersion) takes none of these.
 */
export function parseVersion(text: string, grammar: keyof typeof grammars = 'lenient'): Version | undefined {
  const match = grammars[grammar].exec(text);
  if (match === null) return undefined;
  const numbers = match.slice(1, 4).map((part: string | undefined) => BigInt(part ?? 0));
  const [major = 0n, minor = 0n, patch = 0n] = numbers;
  const [prerelease = '', metadata = ''] = match.slice(4);
  const misspelled = prerelease.split('.').some((identifier) => /^0\d+$/.test(identifier));
  if (misspelled || numbers.some((number) => number > uint64Max)) return undefined;
  return { text, major, minor, patch, prerelease, metadata };
}
