import type { Reference } from '../../kernel/image.ts';
import { parseImageReference } from '../../kernel/image.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Watch } from '../../policy/choice.ts';
import type { PolicyTexts } from './policy.ts';
import { readPolicy } from './policy.ts';

/** What the command line says, as texts. */
export type TryOptions = PolicyTexts & {
  readonly current?: string;
  readonly asOf?: string;
  readonly tags?: string;
  readonly apiUrl?: string;
  readonly username?: string;
  readonly passwordStdin: boolean;
  readonly all: boolean;
  readonly output: string;
};

/** What to decide. `asOf` is undefined where it is now. */
export type Wanted = { readonly watch: Watch; readonly current: Reference | undefined; readonly asOf: Millis | undefined };

type Read<Value> = { readonly value: Value; readonly problems: readonly Problem[] };

/** Reads all options; every problem at once. */
export function readWanted(image: string, options: TryOptions): { readonly wanted: Wanted } | { readonly problems: readonly Problem[] } {
  const policy = readPolicy(image, options);
  const current = readCurrent(options.current);
  const asOf = readTime(options.asOf);
  const wrong = [...('problems' in policy ? policy.problems : []), ...current.problems, ...asOf.problems];
  const problems = clashes(options).reduce((sum, clash) => (sum.some(({ at }) => at === clash.at) ? sum : [...sum, clash]), wrong);
  if ('problems' in policy || problems.length > 0) return { problems };
  return { wanted: { watch: policy.watch, current: current.value, asOf: asOf.value } };
}

function problem(at: string, got: string, expected: string): Problem {
  return { at, got: JSON.stringify(got), expected };
}

function readCurrent(text: string | undefined): Read<Reference | undefined> {
  if (text === undefined) return { value: undefined, problems: [] };
  const parsed = parseImageReference(text.startsWith('sha256:') ? `x/x@${text}` : `x/x:${text}`);
  if (parsed === undefined) return { value: undefined, problems: [problem('--current', text, 'a tag, a tag with digest, or a digest')] };
  const { image: _image, ...reference } = parsed;
  return { value: reference, problems: [] };
}

function readTime(text: string | undefined): Read<Millis | undefined> {
  if (text === undefined) return { value: undefined, problems: [] };
  const value = /^\d{4}-\d{2}-\d{2}(?:$|T)/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(value)
    ? { value: undefined, problems: [problem('--as-of', text, 'a time such as 2026-03-01 or 2026-03-01T12:00:00Z')] }
    : { value, problems: [] };
}

/** Options that make no sense together, or alone. */
function clashes({ tags, platforms, username, passwordStdin, apiUrl, output }: TryOptions): readonly Problem[] {
  const given = tags !== undefined;
  const rules: readonly (readonly [wrong: boolean, problem: () => Problem])[] = [
    [output !== 'text' && output !== 'json', () => problem('--output', output, 'text or json')],
    [passwordStdin && tags === '-', () => problem('--tags', '-', 'a file, because standard input holds the password')],
    [
      passwordStdin && username === undefined,
      () => ({ at: '--username', got: 'nothing', expected: 'a name, because there is --password-stdin' }),
    ],
    [
      !passwordStdin && username !== undefined,
      () => ({ at: '--password-stdin', got: 'nothing', expected: 'this option too, because there is --username' }),
    ],
    [given && platforms !== undefined, () => problem('--platforms', platforms ?? '', 'no --tags, because only a registry tells platforms')],
    [apiUrl !== undefined && !isHttpUrl(apiUrl), () => problem('--api-url', apiUrl ?? '', 'an http or https URL')],
    [given && apiUrl !== undefined, () => problem('--api-url', apiUrl ?? '', 'no --tags, or no registry')],
  ];
  return rules.flatMap(([wrong, told]) => (wrong ? [told()] : []));
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
