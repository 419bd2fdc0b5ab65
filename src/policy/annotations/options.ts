import type { Platform } from '../../kernel/image.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { Strategy, TagFilter } from '../choice.ts';
import { policies } from '../policies/table.ts';
import { compileExpression } from '../tag-filter.ts';
import type { Setting } from './settings.ts';

/** A value, and what a person should know about how it was read. */
export type Read<Value> = { readonly value: Value; readonly warnings: readonly Problem[] };

const olderNames: Readonly<Record<string, Strategy>> = { latest: 'newest-build', name: 'alphabetical' };

/** Image Updater v0.18: letter case does not count, an unknown strategy is semver with a warning. */
export function readStrategy(setting: Setting | undefined): Read<Strategy> {
  if (setting === undefined) return { value: 'semver', warnings: [] };
  const name = setting.value.toLowerCase();
  const got = JSON.stringify(setting.value);
  if (isStrategy(name)) return { value: name, warnings: [] };
  const newer = Object.hasOwn(olderNames, name) ? olderNames[name] : undefined;
  if (newer !== undefined) return { value: newer, warnings: [{ at: setting.at, got, expected: `${newer}, its newer name` }] };
  const expected = `one of ${Object.keys(policies).join(', ')}; semver is used`;
  return { value: 'semver', warnings: [{ at: setting.at, got, expected }] };
}

function isStrategy(name: string): name is Strategy {
  return Object.hasOwn(policies, name);
}

/** `any` or `regexp:<RE2>`. What cannot be read allows nothing (fail closed, as Image Updater v0.18), with a warning. */
export function readAllow(setting: Setting | undefined): Read<TagFilter> {
  if (setting === undefined || setting.value === '' || setting.value.toLowerCase() === 'any')
    return { value: { kind: 'any' }, warnings: [] };
  const colon = setting.value.indexOf(':');
  const expression = setting.value.slice(colon + 1);
  if (colon < 0 || setting.value.slice(0, colon).toLowerCase() !== 'regexp') return allowNothing(setting, 'any or regexp:<expression>');
  const compiled = compileExpression(expression);
  if ('because' in compiled) return allowNothing(setting, `a regular expression in RE2 syntax (${compiled.because})`);
  return { value: { kind: 'regexp', expression }, warnings: [] };
}

function allowNothing({ at, value }: Setting, expected: string): Read<TagFilter> {
  const got = JSON.stringify(value);
  const because = `${at} is ${got}, which is not ${expected}`;
  return { value: { kind: 'nothing', because }, warnings: [{ at, got, expected: `${expected}; no tag is allowed until then` }] };
}

export function readIgnore(setting: Setting | undefined): readonly string[] {
  return commaList(setting?.value ?? '');
}

/** Only `true` is true (Image Updater v0.18). */
export function readForceUpdate(setting: Setting | undefined): Read<boolean> {
  const value = setting?.value ?? 'false';
  if (setting === undefined || value === 'true' || value === 'false') return { value: value === 'true', warnings: [] };
  return { value: false, warnings: [{ at: setting.at, got: JSON.stringify(value), expected: 'true or false; false is used' }] };
}

const pullSecretForm = /^(?:[^=]+=)?(?:pullsecret:[^/#:]+\/[^/#:]+|secret:[^/#:]+\/[^/#:]+#[^#:]+|env:[^:]+|ext:[^:]+)$/i;

/** A reference that has none of the four forms is not used, with a warning (Image Updater v0.18). */
export function readPullSecret(setting: Setting | undefined): Read<string | undefined> {
  if (setting === undefined || setting.value === '') return { value: undefined, warnings: [] };
  if (pullSecretForm.test(setting.value)) return { value: setting.value, warnings: [] };
  const expected = 'pullsecret:<namespace>/<name>, secret:<namespace>/<name>#<field>, env:<variable> or ext:<absolute path>; none is used';
  return { value: undefined, warnings: [{ at: setting.at, got: JSON.stringify(setting.value), expected }] };
}

/** `os/arch[/variant]`, separated by commas; each once. Text that is no platform matches none. */
export function readPlatforms(setting: Setting | undefined): Read<readonly Platform[] | undefined> {
  if (setting === undefined) return { value: undefined, warnings: [] };
  const texts = [...new Set(commaList(setting.value))];
  const platforms = texts.filter((text) => /^[^/\s]+\/[^/\s]+(?:\/[^/\s]+)?$/.test(text));
  if (texts.length > 0 && platforms.length === texts.length) return { value: platforms, warnings: [] };
  const expected = 'platforms such as linux/amd64,linux/arm/v7';
  return { value: platforms, warnings: [{ at: setting.at, got: JSON.stringify(setting.value), expected }] };
}

/** Whether raises wait. Text that is neither true nor false counts as true: a pause that is misspelled must not raise. */
export function readPaused(setting: Setting | undefined): Read<boolean> {
  const value = setting?.value.trim().toLowerCase() ?? 'false';
  if (setting === undefined || value === 'true' || value === 'false') return { value: value === 'true', warnings: [] };
  return { value: true, warnings: [{ at: setting.at, got: JSON.stringify(setting.value), expected: 'true or false; true is used' }] };
}

function commaList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
