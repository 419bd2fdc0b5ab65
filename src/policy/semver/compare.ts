import semver from 'semver';
import type { Version } from './version.ts';

export type Order = -1 | 0 | 1;

const uint64Max = 2n ** 64n - 1n;

/** Precedence of two versions as Semantic Versioning 2.0.0 has it: build metadata and spelling do not count. */
export function compareVersions(left: Version, right: Version): Order {
  return (
    order(left.major, right.major) ||
    order(left.minor, right.minor) ||
    order(left.patch, right.patch) ||
    comparePrereleases(left.prerelease, right.prerelease)
  );
}

/** A total order of tags: precedence, then the bytes of the text, so that `1.0.0` and `v1.0.0` never take turns (Image Updater's rule). */
export function compareSpelled(left: Version, right: Version): Order {
  return compareVersions(left, right) || order(left.text, right.text);
}

/** Precedence of two prereleases of the same numbers; '' (none) is above every prerelease. */
export function comparePrereleases(left: string, right: string): Order {
  if (left === right) return 0;
  if (left === '' || right === '') return left === '' ? 1 : -1;
  const lefts = left.split('.');
  const rights = right.split('.');
  for (const [index, identifier] of lefts.entries()) {
    const other = rights[index];
    if (other === undefined) return 1;
    const found = compareIdentifiers(identifier, other);
    if (found !== 0) return found;
  }
  return order(lefts.length, rights.length);
}

function compareIdentifiers(left: string, right: string): Order {
  // npm semver counts in doubles: exact up to 15 digits only.
  if (left.length <= 15 && right.length <= 15) return semver.compareIdentifiers(left, right);
  const [leftNumber, rightNumber] = [uint64(left), uint64(right)];
  if (leftNumber !== undefined && rightNumber !== undefined) return order(leftNumber, rightNumber);
  if (leftNumber === undefined && rightNumber === undefined) return order(left, right);
  return leftNumber === undefined ? 1 : -1;
}

/** Masterminds reads an identifier beyond 64 bits as text. */
function uint64(text: string): bigint | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const number = BigInt(text);
  return number <= uint64Max ? number : undefined;
}

function order<Value extends bigint | number | string>(left: Value, right: Value): Order {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
