import type { Problem } from '../../kernel/problem.ts';
import { type Bound, type OperatorName, operators } from './operators.ts';
import { parseVersion, type Version } from './version.ts';

/** A parsed constraint. `pin` is the version of a constraint that names exactly one (`=1.2.3`, or bare `1.2.3`). */
export type Constraint = {
  readonly text: string;
  readonly pin?: Version;
  check(version: Version): boolean;
  /** The constraint as it would take a prerelease that it only keeps out because none of its terms names one; undefined for others. */
  admitting(version: Version): string | undefined;
};

type Term = { readonly operator: OperatorName; readonly bound: Bound };
type Group = { readonly terms: readonly Term[]; readonly prereleases: boolean };

// Limits of Masterminds v3.5.0; v3.4.0 has none.
const limits = { bytes: 512, groups: 32 };

/** Characters of a text that a problem repeats. */
const shown = 300;

const blank = '[\\t\\n\\f\\r ]';
const number = '[0-9xX*|]+';
const suffixes = '(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?';
const spelled = `v?${number}(?:\\.${number}(?:\\.${number})?)?${suffixes}`;
const operator = '(?:!=|>=|=>|<=|=<|~>|[=<>~^])';
const term = `(?:${operator}${blank}*)?${spelled}`;

// Everything has one place in the grammar: with two, a text that does not match takes time that doubles with each of its terms.
const groupGrammar = new RegExp(`^${blank}*${term}(?:(?:${blank}+|${blank}*,${blank}*)${term})*${blank}*$`);
const hyphenRange = new RegExp(`${blank}*(${spelled})${blank}+-${blank}+(${spelled})${blank}*`, 'g');
// `^11` of `^11-0`, the lowest prerelease; and an annotation is cut at commas.
const firstTerm = new RegExp(`^((?:${operator}${blank}*)?v?${number}(?:\\.${number}(?:\\.${number})?)?)(?![-0-9xX*|.])`);
const commas = new RegExp(`${blank}*,${blank}*`, 'g');
const termParts = new RegExp(
  `(${operator}?)${blank}*v?(${number})(\\.${number})?(\\.${number})?(-[0-9A-Za-z.-]+)?(?:\\+[0-9A-Za-z.-]+)?`,
  'g',
);

/**
 * Reads a constraint in the grammar of Masterminds/semver v3.4.0: AND by blank or comma, OR by `||`, hyphen ranges, wildcards. A
 * prerelease satisfies an AND group only where one of its terms carries a prerelease. `at` says in the problem where the text stands.
 */
export function parseConstraint(text: string, at = 'constraint'): { readonly constraint: Constraint } | { readonly problem: Problem } {
  const problem = {
    at,
    got: JSON.stringify(text.length > shown ? `${text.slice(0, shown)}...` : text),
    expected: 'a version constraint such as ~1.2, ^1.2.3, 1.x or ">=1.0 <2.0"',
  };
  const tooLong = { problem: { ...problem, expected: `at most ${limits.bytes} bytes and ${limits.groups} alternatives (||)` } };
  // A text may be as long as all annotations together: it is measured before anything reads it.
  if (new TextEncoder().encode(text).length > limits.bytes) return tooLong;
  const alternatives = widenRanges(text).split('||');
  if (alternatives.length > limits.groups) return tooLong;
  const groups: Group[] = [];
  for (const alternative of alternatives) {
    const group = parseGroup(alternative);
    if (group === undefined) return { problem };
    groups.push(group);
  }
  const pin = pinOf(groups);
  const check = (version: Version): boolean => groups.some((group) => admits(group, version));
  return { constraint: { text, ...(pin === undefined ? {} : { pin }), check, admitting: openedOf(alternatives, check) } };
}

/** Reads the opened constraint once: a listing may have many prereleases. */
function openedOf(alternatives: readonly string[], check: Constraint['check']): Constraint['admitting'] {
  let opened: { readonly text: string; readonly groups: readonly Group[] } | undefined;
  return (version) => {
    if (version.prerelease === '' || check(version)) return undefined;
    opened ??= openTo(alternatives);
    return opened.groups.some((group) => admits(group, version)) ? opened.text : undefined;
  };
}

function openTo(alternatives: readonly string[]): { readonly text: string; readonly groups: readonly Group[] } {
  const texts = alternatives.map((alternative) => alternative.trim().replaceAll(commas, ' ').replace(firstTerm, '$1-0'));
  return { text: texts.join(' || '), groups: texts.flatMap((text) => parseGroup(text) ?? []) };
}

function widenRanges(text: string): string {
  return text.replace(hyphenRange, (_, from: string, to: string) => `>= ${from}, <= ${to} `);
}

function parseGroup(text: string): Group | undefined {
  if (!groupGrammar.test(text)) return undefined;
  const terms: Term[] = [];
  for (const [, name = '', ...parts] of text.matchAll(termParts)) {
    const bound = parseBound(parts);
    if (bound === undefined || !isOperator(name)) return undefined;
    terms.push({ operator: name, bound });
  }
  return { terms, prereleases: terms.some(({ bound }) => bound.version.prerelease !== '') };
}

/** `1.x-0` is 1.0.0-0 with minor and patch open: the first wildcard opens all numbers after it. */
function parseBound([major = '', minor, patch, prerelease = '']: readonly (string | undefined)[]): Bound | undefined {
  const numbers = [major, minor?.slice(1), patch?.slice(1)];
  const firstOpen = numbers.findIndex((part) => part === undefined || part === '*' || part === 'x' || part === 'X');
  const open = (['everything', 'minor', 'patch'] as const)[firstOpen] ?? 'nothing';
  const fixed = numbers.map((part, index) => (firstOpen >= 0 && index >= firstOpen ? '0' : (part ?? '0')));
  const version = parseVersion(`${fixed.join('.')}${prerelease}`);
  return version === undefined ? undefined : { version, open };
}

function isOperator(name: string): name is OperatorName {
  return Object.hasOwn(operators, name);
}

function admits(group: Group, version: Version): boolean {
  if (version.prerelease !== '' && !group.prereleases) return false;
  return group.terms.every(({ operator: name, bound }) => operators[name](version, bound));
}

function pinOf(groups: readonly Group[]): Version | undefined {
  const [only, ...others] = groups.flatMap((group) => group.terms);
  if (only === undefined || others.length > 0 || only.bound.open !== 'nothing') return undefined;
  return only.operator === '' || only.operator === '=' ? only.bound.version : undefined;
}
