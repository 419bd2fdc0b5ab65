import type { Watch } from '../choice.ts';
import { compareSpelled, compareVersions } from '../semver/compare.ts';
import { type Constraint, parseConstraint } from '../semver/constraint.ts';
import { parseVersion, type Version } from '../semver/version.ts';
import type { Policy, Ranked } from './policy.ts';

/** The highest version that satisfies the constraint; without one every version counts, prereleases included (Image Updater v0.18). */
export const semver: Policy = { rank };

function rank(watch: Watch): Ranked {
  const constraint = constraintOf(watch);
  if ('because' in constraint) return { kind: 'refused', ...constraint };
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
  };
  return { kind: 'ranked', ranking };
}

function constraintOf({ constraint, written }: Watch): { readonly parsed: Constraint | undefined } | { readonly because: string } {
  if (constraint === undefined) return { parsed: undefined };
  const parsed = parseConstraint(constraint, `constraint of ${written}`);
  if ('constraint' in parsed) return { parsed: parsed.constraint };
  const { at, got, expected } = parsed.problem;
  return { because: `${at}: got ${got}, expected ${expected}` };
}

function whyDropped(tag: string, version: Version | undefined, constraint: Constraint | undefined): string | undefined {
  if (version === undefined) return `${tag} is no version`;
  if (constraint === undefined || constraint.check(version)) return undefined;
  return `${tag} does not satisfy ${constraint.text}`;
}

/** Parses each tag once: an order compares every tag many times. */
function reader(): (tag: string) => Version | undefined {
  const versions = new Map<string, Version | undefined>();
  return (tag) => {
    if (!versions.has(tag)) versions.set(tag, parseVersion(tag));
    return versions.get(tag);
  };
}
