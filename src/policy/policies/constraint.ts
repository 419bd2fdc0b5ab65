import type { Watch } from '../choice.ts';
import { type Constraint, parseConstraint } from '../semver/constraint.ts';

/** The constraint of a watch, read as Masterminds/semver does; `parsed` is undefined where there is none. */
export function readConstraint({
  constraint,
  written,
  compat,
}: Watch): { readonly parsed: Constraint | undefined } | { readonly because: string } {
  // Image Updater v1.3 takes `*` for no constraint, which keeps prereleases out.
  const text = compat === 'v1' ? constraint || '*' : constraint;
  if (text === undefined) return { parsed: undefined };
  const parsed = parseConstraint(text, `constraint of ${written}`);
  if ('constraint' in parsed) return { parsed: parsed.constraint };
  const { at, got, expected } = parsed.problem;
  return { because: `${at}: got ${got}, expected ${expected}` };
}
