import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { compileExtract } from '../../../src/policy/extract.ts';
import { compareVersions } from '../../../src/policy/semver/compare.ts';
import { parseVersion } from '../../../src/policy/semver/version.ts';
import type { Input } from '../adapter.ts';
import { FluxRow, watchOfPolicy } from '../adapters/flux-policy.ts';
import type { Deviation } from '../deviations.ts';

/** Where Flux's image policies choose by chance, or give up on all tags because of one. */
export const fluxDeviations: readonly Deviation[] = [
  {
    set: 'flux-policy',
    because: 'One tag that is no number is dropped with its reason; it does not stop the choice among the others, and NaN is no number.',
    covers: (input) => input['policy'] === 'numerical' && valuesOf(input).some(({ value }) => !isNumber(value)),
    instead: (answer, input) => {
      const numbers = valuesOf(input).filter(({ value }) => isNumber(value));
      const chosen = numbers.find(({ tag }) => tag === chosenIn(answer));
      const descending = input['argument'] === 'desc';
      if (chosen === undefined) return numbers.length === 0 && sameJson(answer, { error: true });
      return numbers.every(({ value }) => (descending ? number(value) >= number(chosen.value) : number(value) <= number(chosen.value)));
    },
  },
  {
    set: 'flux-policy',
    because: 'A version may leave out minor and patch, as it may everywhere else in annotations.',
    covers: (input) => input['policy'] === 'semver' && valuesOf(input).some(({ value }) => isShort(value)),
    instead: (answer, input) => valuesOf(input).some(({ tag, value }) => tag === chosenIn(answer) && isShort(value)),
  },
  {
    set: 'flux-policy',
    because: 'Between tags that count the same, the bytes of the tag decide, not their place in the list or in a Go map.',
    covers: (input, expected) => {
      const values = valuesOf(input);
      return peersChoice(expected).some((tag) => values.some((one) => one.tag !== tag && countsAs(input, tag, one.tag)));
    },
    instead: (answer, input, expected) => peersChoice(expected).some((tag) => countsAs(input, tag, chosenIn(answer))),
  },
];

type Value = { readonly tag: string; readonly value: string };

/** What the policy sees of each tag that the filter lets pass. */
function valuesOf(input: Input): readonly Value[] {
  const row = FluxRow.parse(input);
  const { extract } = watchOfPolicy(row);
  const read = extract === undefined ? (tag: string) => tag : compileExtract(extract);
  if (typeof read !== 'function') return [];
  return row.tags.flatMap((tag) => {
    const value = read(tag);
    return value === undefined ? [] : [{ tag, value }];
  });
}

function chosenIn(answer: unknown): unknown {
  return isBody(answer) ? answer['chosen'] : undefined;
}

function peersChoice(expected: unknown): readonly unknown[] {
  if (!isBody(expected)) return [];
  return Array.isArray(expected['anyOf']) ? expected['anyOf'] : [expected['chosen']];
}

function countsAs(input: Input, left: unknown, right: unknown): boolean {
  const values = valuesOf(input);
  const [one, other] = [left, right].map((tag) => values.find((value) => value.tag === tag)?.value);
  if (one === undefined || other === undefined) return false;
  const [oneVersion, otherVersion] = [parseVersion(one), parseVersion(other)];
  if (input['policy'] !== 'semver' || oneVersion === undefined || otherVersion === undefined) {
    return one === other || (input['policy'] === 'numerical' && number(one) === number(other));
  }
  return compareVersions(oneVersion, otherVersion) === 0;
}

function isShort(value: string): boolean {
  return value.split('.').length < 3 && parseVersion(value) !== undefined;
}

function isNumber(value: string): boolean {
  return !Number.isNaN(number(value));
}

/** The few spellings of numbers that the rows have. */
function number(value: string): number {
  const infinite = /^([-+]?)inf(?:inity)?$/i.exec(value);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  if (value === '0x10p0') return 16;
  return /^[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i.test(value) ? Number(value.replaceAll('_', '')) : NaN;
}
