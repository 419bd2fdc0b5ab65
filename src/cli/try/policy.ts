import type { Problem } from '../../kernel/problem.ts';
import { describeProblem } from '../../kernel/problem.ts';
import type { Wishes } from '../../policy/annotations.ts';
import { readWatches } from '../../policy/annotations.ts';
import type { Compat } from '../../policy/annotations/annotation.ts';
import { checkConstraint } from '../../policy/annotations/options.ts';
import type { Watch } from '../../policy/choice.ts';
import { parseConstraint } from '../../policy/semver/constraint.ts';

/** Options of the command line by the annotation that each of them stands for. */
export const policyOptions = {
  strategy: 'update-strategy',
  allowTags: 'allow-tags',
  ignoreTags: 'ignore-tags',
  extract: 'extract',
  order: 'order',
  minAge: 'min-age',
  platforms: 'require-platforms',
  follow: 'follow',
  schedule: 'schedule',
} as const;

export type PolicyTexts = { readonly [Option in keyof typeof policyOptions]?: string } & {
  readonly constraint?: string;
  /** Whose reading of Image Updater's annotations counts; absent is v0.18's. */
  readonly compat?: Compat;
};

export type ReadPolicy = { readonly watch: Watch } | { readonly problems: readonly Problem[] };

const alias = 'try';
const hasAlias = /^[^:<>~^!|*@=/]+=/;
const oneImage = 'one image, such as ghcr.io/acme/shop or ghcr.io/acme/shop:^1.2';
const listKey = 'windlass.dev/image-list';
const application = { cluster: '', group: 'argoproj.io', kind: 'Application', namespace: '', name: alias };

/** `--allow-tags` of `allowTags`. */
function flagOf(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * The watch that the annotations of the same texts would ask for: read by the reader of annotations, so that grammar and sentences are the
 * same. `written` may be an entry of image-list, `[alias=]image[:constraint]`. What the service only warns of is a problem here.
 */
export function readPolicy(written: string, texts: PolicyTexts): ReadPolicy {
  const keys = Object.entries(policyOptions).flatMap(([option, key]) => {
    const text = texts[option as keyof typeof policyOptions];
    return text === undefined ? [] : [[`windlass.dev/${alias}.${key}`, text, flagOf(option)] as const];
  });
  const flags = new Map<string, string>(keys.map(([key, , flag]) => [key, flag] as const));
  const read = (entry: string, chosen: typeof keys) => {
    const annotations: Record<string, string> = { [listKey]: `${alias}=${entry}` };
    for (const [key, text] of chosen) annotations[key] = text;
    return readWatches(application, annotations, texts.compat);
  };
  const named = ({ at, got, expected }: Problem): Problem => {
    // What is used in its place is so for the service alone: here nothing is decided.
    const wanted = expected.replace(/; [^;]*\b(?:is|are)(?: not)? used$/, '');
    return at === listKey
      ? { at: 'IMAGE', got: JSON.stringify(written), expected: wanted }
      : { at: flags.get(at) ?? at, got, expected: wanted };
  };
  const wishes = read(written.replace(hasAlias, ''), keys);
  const watch = soleWatch(wishes);
  const unnamed = needsAlias(written);
  if (watch !== undefined && wishes.kind === 'watched') return checked(watch, texts, [...unnamed, ...wishes.warnings.map(named)]);
  // A refusal hides what is only warned of: each option by itself shows it.
  const flaws = [...unnamed, ...[...flawsOf(wishes), ...keys.flatMap((key) => flawsOf(read('x', [key])))].map(named)];
  const several = wishes.kind === 'refused' ? [] : [{ at: 'IMAGE', got: JSON.stringify(written), expected: oneImage }];
  return { problems: [...several, ...eachOnce(flaws), ...constraintProblems(undefined, texts), ...blockedConstraint(texts)] };
}

/** What image-list refuses: it takes what stands before the first = for an alias. */
function needsAlias(written: string): readonly Problem[] {
  if (!written.includes('=') || hasAlias.test(written)) return [];
  const constraint = /:([^/]*)$/.exec(written)?.[1] ?? '';
  const instead = constraint === '' ? '--constraint' : `--constraint ${JSON.stringify(constraint)}`;
  const expected = `an alias before the first =, as in image-list (web=${written}), or the constraint as an option (${instead})`;
  return [{ at: 'IMAGE', got: JSON.stringify(written), expected }];
}

/** What is wrong with the constraint by itself, where the rest cannot be read. */
function blockedConstraint({ constraint, strategy, follow }: PolicyTexts): readonly Problem[] {
  if (constraint === undefined || (strategy !== undefined && strategy !== 'semver') || follow !== undefined) return [];
  const parsed = parseConstraint(constraint, '--constraint');
  return 'problem' in parsed ? [parsed.problem] : [];
}

function soleWatch(wishes: Wishes): Watch | undefined {
  return wishes.kind === 'watched' && wishes.watches.length === 1 ? wishes.watches[0] : undefined;
}

function flawsOf(wishes: Wishes): readonly Problem[] {
  if (wishes.kind === 'unmanaged') return [];
  return wishes.kind === 'refused' ? wishes.problems : wishes.warnings;
}

function eachOnce(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [describeProblem(problem), problem])).values()];
}

function checked(watch: Watch, texts: PolicyTexts, warnings: readonly Problem[]): ReadPolicy {
  const asked = texts.constraint === undefined ? watch : { ...watch, constraint: texts.constraint };
  const blocked = checkConstraint(asked, texts.constraint === undefined ? 'IMAGE' : '--constraint').blocked ?? [];
  const problems = [...warnings, ...constraintProblems(watch, texts), ...blocked];
  return problems.length > 0 ? { problems } : { watch: asked };
}

function constraintProblems(watch: Watch | undefined, { constraint }: PolicyTexts): readonly Problem[] {
  if (constraint === undefined) return [];
  const got = JSON.stringify(constraint);
  return [
    ...(watch?.constraint === undefined
      ? []
      : [{ at: '--constraint', got, expected: `none, because IMAGE brings one: ${JSON.stringify(watch.constraint)}` }]),
    ...(constraint.includes(',')
      ? [{ at: '--constraint', got, expected: 'a blank in place of each comma: an annotation is cut at commas' }]
      : []),
  ];
}
