import type { Problem } from '../../kernel/problem.ts';
import type { ListedImage } from './image-list.ts';
import { aliasKeys, prefixOf, type Setting, type Settings } from './settings.ts';
import { annotationOf, annotations, keysAt, type Option } from './table.ts';

/**
 * Keys that nothing reads: their option or their alias is spelled differently, or the option stands at another level. `unsure` are aliases
 * that the list may have meant where it cannot be read.
 */
export function unknownKeys(settings: Settings, listed: readonly ListedImage[], unsure: readonly ListedImage[] = []): readonly Problem[] {
  const meant = unsure.filter(({ alias = '' }) => nameless(alias, listed) === undefined);
  const aliases = [...listed, ...meant].flatMap(({ alias }) => aliasKeys(alias));
  return [...settings].flatMap(([key, setting]) => {
    const option = optionIn(key, aliases);
    const expected = option === undefined ? expectedInstead(key, listed) : misplaced(option, key, setting);
    return expected === undefined ? [] : [{ at: setting.at, got: 'a key that nothing reads', expected }];
  });
}

/** An image for each alias that has keys but no entry in the list; one without alias where nothing is listed at all. */
export function unlistedAliases(settings: Settings, listed: readonly ListedImage[]): readonly ListedImage[] {
  const known = new Set(listed.flatMap(({ alias }) => aliasKeys(alias)));
  const written = [...settings.keys()].map(aliasBefore).filter((alias) => alias !== undefined && alias !== '' && !known.has(alias));
  const unlisted = [...new Set(written)].map((alias) => ({ ...(alias === undefined ? {} : { alias }), ...unreadable }));
  return listed.length + unlisted.length > 0 ? unlisted : [unreadable];
}

const unreadable = { image: 'unreadable', written: 'unreadable' };

/** What stands before the option of an image; undefined where the key names none. */
function aliasBefore(key: string): string | undefined {
  const option = keysAt('image').find((each) => key.endsWith(`.${each}`));
  return option === undefined ? undefined : key.slice(0, -option.length - 1);
}

/** The image without alias that somebody may mean by one: by its whole name, with `_` for `/`, or by the last part of it. */
function nameless(alias: string, listed: readonly ListedImage[]): ListedImage | undefined {
  const bare = listed.filter((image) => image.alias === undefined);
  return bare.find(({ written }) => [written, written.replaceAll('/', '_'), written.slice(written.lastIndexOf('/') + 1)].includes(alias));
}

/** The option that a key names: for the whole Application, or behind an alias of the list. */
function optionIn(key: string, aliases: readonly string[]): Option | undefined {
  const behind = aliases.flatMap((alias) => (key.startsWith(`${alias}.`) ? [key.slice(alias.length + 1)] : []));
  const own = behind.find((option) => isOption(option) && annotationOf(option).levels.includes('image'));
  return [own, key].find((option) => option !== undefined && isOption(option));
}

function isOption(key: string): key is Option {
  return Object.hasOwn(annotations, key);
}

/** Where the option would be read instead; undefined where it is read here. */
function misplaced(option: Option, key: string, { at }: Setting): string | undefined {
  const { levels, since } = annotationOf(option);
  if (since === 'Windlass' && !at.startsWith(prefixOf(option))) return `${prefixOf(option)}${key}`;
  if (key !== option || levels.includes('application')) return undefined;
  // A key of Rollouts does no harm here: people put it on both.
  return levels.includes('rollout') ? undefined : `${prefixOf(option)}<alias>.${option}`;
}

function expectedInstead(key: string, listed: readonly ListedImage[]): string {
  const alias = aliasBefore(key);
  if (alias === undefined) return `one of ${keysAt(key.includes('.') ? 'image' : 'application').join(', ')}`;
  const image = nameless(alias, listed);
  if (image !== undefined) return `an alias in image-list to read it for: ${alias}=${entryOf(image)}`;
  const named = listed.flatMap((one) => (one.alias === undefined ? [] : [one.alias.replaceAll('/', '_')]));
  return named.length === 0 ? 'an alias in image-list to read it for' : `an alias of image-list: ${named.join(', ')}`;
}

function entryOf({ written, constraint }: ListedImage): string {
  return constraint === undefined ? written : `${written}:${constraint}`;
}
