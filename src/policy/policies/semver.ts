import type { Watch } from '../choice.ts';
import { compareSpelled, compareVersions } from '../semver/compare.ts';
import type { Constraint } from '../semver/constraint.ts';
import { parseVersion, type Version } from '../semver/version.ts';
import { readConstraint } from './constraint.ts';
import type { Objection, Policy, Ranked } from './policy.ts';

/** The highest version that satisfies the constraint; without one every version counts, prereleases included (Image Updater v0.18). */
export const semver: Policy = { orders: 'text', rank };

function rank(watch: Watch): Ranked {
  const constraint = readConstraint(watch);
  if ('because' in constraint) return { kind: 'refused', because: constraint.because };
  const { parsed } = constraint;
  const read = reader();
  const compareBy = (compare: typeof compareSpelled) => (left: string, right: string) => {
    const [leftVersion, rightVersion] = [read(left), read(right)];
    if (leftVersion === undefined || rightVersion === undefined) return 0;
    return compare(leftVersion, rightVersion);
  };
  const ranking = {
    dropped: (tag: string) => whyDropped(tag, read(tag), parsed),
    ranks: (tag: string) => read(tag) !== undefined,
    compare: compareBy(compareSpelled),
    isNewer: (left: string, right: string) => compareBy(compareVersions)(left, right) > 0,
    pinned: parsed?.pin !== undefined,
    ...(watch.compat === 'v1' ? {} : { needsRankedCurrent: true as const }),
  };
  return { kind: 'ranked', ranking };
}

function whyDropped(tag: string, version: Version | undefined, constraint: Constraint | undefined): Objection | undefined {
  if (version === undefined) return { rule: 'strategy', because: `${tag} is no version` };
  if (constraint === undefined || constraint.check(version)) return undefined;
  return { rule: 'constraint', because: `${tag} ${whyUnsatisfied(version, constraint)}` };
}

/** Where the tag fails only because it is a prerelease, a wider constraint does not help, and one that names a prerelease does. */
function whyUnsatisfied(version: Version, constraint: Constraint): string {
  const admits = constraint.admitting(version);
  if (admits === undefined) return `does not satisfy ${constraint.text}`;
  return `is a pre-release, which ${constraint.text} does not admit: a constraint such as ${admits} does`;
}

/** Parses each tag once: an order compares every tag many times. */
function reader(): (tag: string) => Version | undefined {
  const versions = new Map<string, Version | undefined>();
  return (tag) => {
    const known = versions.get(tag);
    if (known !== undefined || versions.has(tag)) return known;
    const version = parseVersion(tag);
    versions.set(tag, version);
    return version;
  };
}
