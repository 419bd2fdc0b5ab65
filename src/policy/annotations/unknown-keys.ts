import type { Problem } from '../../kernel/problem.ts';
import type { ListedImage } from './image-list.ts';
import { aliasKeys, prefixOf, type Setting, type Settings } from './settings.ts';
import { annotationOf, annotations, keysAt, type Option } from './table.ts';

/** Keys that nothing reads: their option or their alias is spelled differently, or the option stands at another level. */
export function unknownKeys(settings: Settings, listed: readonly ListedImage[]): readonly Problem[] {
  const aliases = listed.flatMap(({ alias }) => aliasKeys(alias));
  return [...settings].flatMap(([key, setting]) => {
    const option = optionIn(key, aliases);
    const expected = option === undefined ? expectedInstead(key, listed) : misplaced(option, key, setting);
    return expected === undefined ? [] : [{ at: setting.at, got: 'a key that nothing reads', expected }];
  });
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
  const named = listed.flatMap(({ alias }) => (alias === undefined ? [] : [alias.replaceAll('/', '_')]));
  const options = keysAt('image');
  if (options.some((option) => key.endsWith(`.${option}`)))
    return named.length === 0 ? 'an alias in image-list to read it for' : `an alias of image-list: ${named.join(', ')}`;
  return `one of ${keysAt(key.includes('.') ? 'image' : 'application').join(', ')}`;
}
