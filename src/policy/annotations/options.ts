import type { Platform } from '../../kernel/image.ts';
import type { Strategy, TagFilter, Watch } from '../choice.ts';
import { compileGlob } from '../glob.ts';
import { policies } from '../policies/table.ts';
import { parseConstraint } from '../semver/constraint.ts';
import { compileExpression } from '../tag-filter.ts';
import type { Compat } from './annotation.ts';
import { commaList, plainly, problemWith, type Read, withProblem, withWarning } from './read.ts';
import type { Setting } from './settings.ts';
import { annotationOf } from './table.ts';

const olderNames: Readonly<Record<string, Strategy>> = { latest: 'newest-build', name: 'alphabetical' };

/** Image Updater v0.18: letter case does not count, an unknown strategy is semver with a warning. */
export function readStrategy(setting: Setting | undefined): Read<Strategy> {
  if (setting === undefined) return plainly('semver');
  const name = setting.value.toLowerCase();
  if (isStrategy(name)) return plainly(name);
  const newer = Object.hasOwn(olderNames, name) ? olderNames[name] : undefined;
  if (newer !== undefined) return withWarning(newer, setting, `${newer}, its newer name`);
  return withWarning('semver', setting, `one of ${Object.keys(policies).join(', ')}; semver is used`);
}

export function isStrategy(name: string): name is Strategy {
  return Object.hasOwn(policies, name);
}

/** What of a constraint a strategy cannot use: that image is not raised, the others are. `at` is where the list stands. */
export function checkConstraint({ constraint, written, strategy, follow }: Watch, at: string): Read<undefined> {
  if (follow !== undefined) return plainly(undefined);
  if (strategy === 'digest' && constraint === undefined) {
    const expected = 'an image with the tag to follow, such as nginx:latest, because the strategy is digest';
    return { value: undefined, warnings: [], blocked: [problemWith({ at, value: written }, expected)] };
  }
  if (strategy !== 'semver' || constraint === undefined) return plainly(undefined);
  const parsed = parseConstraint(constraint, at);
  return { value: undefined, warnings: [], blocked: 'problem' in parsed ? [parsed.problem] : [] };
}

/** `any` or `regexp:<RE2>`. What cannot be read allows nothing (fail closed, as Image Updater v0.18), with a warning. */
export function readAllow(setting: Setting | undefined): Read<TagFilter> {
  if (setting === undefined || setting.value === '' || setting.value.toLowerCase() === 'any') return plainly({ kind: 'any' });
  const colon = setting.value.indexOf(':');
  const expression = setting.value.slice(colon + 1);
  if (colon < 0 || setting.value.slice(0, colon).toLowerCase() !== 'regexp') return allowNothing(setting, 'any or regexp:<expression>');
  const compiled = compileExpression(expression);
  if ('because' in compiled) return allowNothing(setting, `a regular expression in RE2 syntax (${compiled.because})`);
  return plainly({ kind: 'regexp', expression });
}

function allowNothing(setting: Setting, expected: string): Read<TagFilter> {
  const because = `${setting.at} is ${JSON.stringify(setting.value)}, which is not ${expected}`;
  return withWarning({ kind: 'nothing', because }, setting, `${expected}; no tag is allowed until it is corrected`);
}

export function readIgnore(setting: Setting | undefined): readonly string[] {
  return commaList(setting?.value ?? '');
}

/** A pattern that Go calls bad matches nothing (Image Updater v0.18). */
export function checkIgnore(setting: Setting): Read<undefined> {
  const bad = readIgnore(setting).filter((pattern) => compileGlob(pattern) === undefined);
  if (bad.length === 0) return plainly(undefined);
  return withWarning(undefined, setting, `patterns of Go's filepath.Match; ${bad.join(', ')} ignores nothing`);
}

const goBooleans: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false] as const),
]);

/** v0.18: only `true` is true. v1.3: the words of Go's ParseBool; any other text is an error. */
export function readForceUpdate(setting: Setting | undefined, compat?: Compat): Read<boolean> {
  const text = setting?.value ?? 'false';
  if (setting === undefined || text === 'true' || text === 'false') return plainly(text === 'true');
  if (compat !== 'v1') return withWarning(false, setting, 'true or false; false is used');
  const value = Object.hasOwn(goBooleans, text) ? goBooleans[text] : undefined;
  return value === undefined ? withProblem(false, setting, 'true or false') : plainly(value);
}

const platformGrammar = /^[^/\s]+\/[^/\s]+(?:\/[^/\s]+)?$/;

/** `os/arch[/variant]`, separated by commas; each once. Text that is no platform matches none. */
export function readPlatforms(setting: Setting | undefined): Read<readonly Platform[] | undefined> {
  if (setting === undefined) return plainly(undefined);
  const texts = [...new Set(commaList(setting.value))];
  const platforms = texts.filter((text) => platformGrammar.test(text));
  if (texts.length > 0 && platforms.length === texts.length) return plainly(platforms);
  const other = texts.find((text) => !platformGrammar.test(text));
  const which = other === undefined ? '' : `; ${JSON.stringify(other.slice(0, 100))} is none`;
  return withWarning(platforms, setting, `${annotationOf('platforms').allowed}${which}`);
}
