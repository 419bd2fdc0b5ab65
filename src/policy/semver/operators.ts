import { comparePrereleases, compareVersions } from './compare.ts';
import type { Version } from './version.ts';

/** Which numbers of a bound are wildcards: `1.x` leaves minor and patch open, `*` leaves everything open (and counts as 0.0.0). */
type Open = 'nothing' | 'patch' | 'minor' | 'everything';

export type Bound = { readonly version: Version; readonly open: Open };

type Operator = (version: Version, bound: Bound) => boolean;

/** Every operator of Masterminds/semver v3.4.0. Prereleases are ruled on before, per AND group. */
export const operators = {
  '': equals,
  '=': equals,
  '!=': differs,
  '>': isAbove,
  '<': isBelow,
  '>=': isAtLeast,
  '=>': isAtLeast,
  '<=': isAtMost,
  '=<': isAtMost,
  '~': isNear,
  '~>': isNear,
  '^': isCompatible,
} satisfies Record<string, Operator>;

export type OperatorName = keyof typeof operators;

function equals(version: Version, bound: Bound): boolean {
  return bound.open === 'nothing' ? compareVersions(version, bound.version) === 0 : isNear(version, bound);
}

function differs(version: Version, { version: base, open }: Bound): boolean {
  if (open === 'nothing' || open === 'everything') return compareVersions(version, base) !== 0;
  if (version.major !== base.major) return true;
  if (open === 'minor') return false;
  if (version.minor !== base.minor) return true;
  return comparePrereleases(version.prerelease, base.prerelease) !== 0;
}

/** `>1` starts at 2.0.0 and `>1.2` at 1.3.0. */
function isAbove(version: Version, { version: base, open }: Bound): boolean {
  if (open === 'nothing' || open === 'everything' || version.major !== base.major) return compareVersions(version, base) > 0;
  return open === 'patch' && version.minor > base.minor;
}

function isBelow(version: Version, bound: Bound): boolean {
  return compareVersions(version, bound.version) < 0;
}

function isAtLeast(version: Version, bound: Bound): boolean {
  return compareVersions(version, bound.version) >= 0;
}

/** `<=1` includes all of 1.x. */
function isAtMost(version: Version, { version: base, open }: Bound): boolean {
  if (open === 'nothing') return compareVersions(version, base) <= 0;
  if (version.major !== base.major) return version.major < base.major;
  return open === 'minor' || version.minor <= base.minor;
}

/** `~1.2.3` stays in 1.2, `~1` in 1. `~0.0.0`, also spelled `*`, is everything from there on. */
function isNear(version: Version, { version: base, open }: Bound): boolean {
  if (compareVersions(version, base) < 0) return false;
  const fixed = open === 'nothing' || open === 'everything';
  if (fixed && base.major === 0n && base.minor === 0n && base.patch === 0n) return true;
  return version.major === base.major && (open === 'minor' || version.minor === base.minor);
}

/** `^1.2.3` stays in 1, `^0.2.3` in 0.2, `^0.0.3` is 0.0.3 alone. */
function isCompatible(version: Version, { version: base, open }: Bound): boolean {
  if (compareVersions(version, base) < 0 || version.major !== base.major) return false;
  if (base.major > 0n || open === 'minor') return true;
  if (version.minor !== base.minor) return false;
  return base.minor > 0n || open === 'patch' || version.patch === base.patch;
}
