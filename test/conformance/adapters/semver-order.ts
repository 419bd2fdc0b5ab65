import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { compareVersions } from '../../../src/policy/semver/compare.ts';
import { parseVersion } from '../../../src/policy/semver/version.ts';
import { type Input, notRun, textOf } from '../adapter.ts';

/** Kind `parse`: the parts of a version and whether it is valid strictly; kind `compare`: the order of two. */
export function answer(input: Input): unknown {
  if (input['kind'] === 'parse') return parseParts(textOf(input, 'version'));
  return input['kind'] === 'compare' ? compareTexts(textOf(input, 'a'), textOf(input, 'b')) : notRun;
}

/** The peer's error text is no contract. */
export function equal(expected: unknown, answered: unknown): boolean {
  if (!isBody(expected)) return false;
  return sameJson(Object.fromEntries(Object.entries(expected).filter(([key]) => key !== 'message')), answered);
}

function parseParts(text: string): unknown {
  const version = parseVersion(text);
  const strictValid = parseVersion(text, 'strict') !== undefined;
  if (version === undefined) return { strictValid, valid: false };
  const { prerelease, metadata } = version;
  const [major, minor, patch] = [version.major, version.minor, version.patch].map(String);
  const suffix = `${prerelease === '' ? '' : `-${prerelease}`}${metadata === '' ? '' : `+${metadata}`}`;
  const string = `${String(major)}.${String(minor)}.${String(patch)}${suffix}`;
  return { major, minor, patch, prerelease, metadata, original: text, strictValid, string, valid: true };
}

function compareTexts(left: string, right: string): unknown {
  const [a, b] = [parseVersion(left), parseVersion(right)];
  return a === undefined || b === undefined ? { error: true } : { order: compareVersions(a, b) };
}
