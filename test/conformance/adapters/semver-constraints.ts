import { sameJson } from '../../../src/kernel/json.ts';
import { parseConstraint } from '../../../src/policy/semver/constraint.ts';
import { parseVersion } from '../../../src/policy/semver/version.ts';
import { type Input, textOf } from '../adapter.ts';

/** `{constraint}`: does it parse; `{constraint, version}`: does the version satisfy it. */
export function answer(input: Input): unknown {
  const parsed = parseConstraint(textOf(input, 'constraint'));
  if ('problem' in parsed) return { constraintError: true };
  if (input['version'] === undefined) return { constraintError: false };
  const version = parseVersion(textOf(input, 'version'));
  return version === undefined ? { versionError: true } : { match: parsed.constraint.check(version) };
}

export const equal = sameJson;
