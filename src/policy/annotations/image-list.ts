import type { ImageName } from '../../kernel/image.ts';
import { canonicalImageName, parseImageReference } from '../../kernel/image.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { Compat } from './annotation.ts';
import type { Setting } from './settings.ts';

/** One entry of `image-list`. `written` is the image as spelled, without alias and constraint. */
export type ListedImage = {
  readonly alias?: string;
  readonly image: ImageName;
  readonly written: string;
  readonly constraint?: string;
};

/** Most images of one Application, and characters of one entry (a name has 255 at most, a constraint 512). */
const limits = { images: 500, characters: 1024 };

type Entry = { readonly listed: ListedImage; readonly warning?: Problem } | { readonly problem: Problem };

type ImageList = { readonly listed: readonly ListedImage[]; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/**
 * Reads `[alias=]image[:constraint], ...` as Image Updater v0.18 does (v1.3: an empty list is a problem), with three corrections: blanks around `=` do not count, a registry
 * may be a bare host with a port also before a constraint, and an entry that could never match a running image is a problem.
 */
export function readImageList({ at, value }: Setting, compat?: Compat): ImageList {
  const texts = value.split(',').map((text) => text.trim());
  const filled = texts.filter((text) => text !== '');
  if (filled.length > limits.images) {
    const expected = `at most ${limits.images} images`;
    return { listed: [], problems: [{ at, got: `${filled.length} images`, expected }], warnings: [] };
  }
  const entries = filled.map((text) => readEntry(text, at));
  const listed = entries.flatMap((entry) => ('listed' in entry ? [entry.listed] : []));
  const problems = entries.flatMap((entry) => ('problem' in entry ? [entry.problem] : []));
  const warnings = entries.flatMap((entry) => ('warning' in entry ? [entry.warning] : []));
  if (entries.length > 0) return { listed, problems, warnings: [...warnings, ...aliasesTwice(listed, at)] };
  const empty = [{ at, got: JSON.stringify(value), expected: 'at least one image' }];
  return compat === 'v1' ? { listed, problems: empty, warnings } : { listed, problems, warnings: empty };
}

/** Keys of an alias that two images have are read for both, which nobody can mean. */
function aliasesTwice(listed: readonly ListedImage[], at: string): readonly Problem[] {
  const aliases = listed.flatMap(({ alias }) => alias ?? []);
  const first = new Map(aliases.map((alias, index) => [alias, index] as const).reverse());
  const twice = new Set(aliases.filter((alias, index) => first.get(alias) !== index));
  return [...twice].map((alias) => ({ at, got: `the alias ${alias} twice`, expected: 'another alias for each image' }));
}

function readEntry(text: string, at: string): Entry {
  if (text.length <= limits.characters) return readShortEntry(text, at);
  return { problem: { at, got: `an entry of ${text.length} characters`, expected: `at most ${limits.characters}` } };
}

function readShortEntry(text: string, at: string): Entry {
  const equals = text.indexOf('=');
  const alias = equals < 0 ? {} : { alias: text.slice(0, equals).trim() };
  const rest = text.slice(equals + 1).trim();
  const refuse = (expected: string): Entry => ({ problem: { at, got: JSON.stringify(text), expected } });
  if (alias.alias !== undefined && !isAlias(alias.alias)) {
    return refuse('an alias before the first =, such as web=nginx:>=1.0 (a constraint with = needs one)');
  }
  if (rest.includes('://')) return refuse('an image without scheme, such as reg.example.com/app');
  const [named = '', digest] = splitOnce(rest, '@');
  const [written, constraint] = splitConstraint(named);
  const image = imageOf(written, constraint, digest);
  if (image === undefined) return refuse('[alias=]image[:constraint] with an image name in lower case');
  const listed = { ...alias, image, written, ...(constraint === '' ? {} : { constraint }) };
  if (digest === undefined) return { listed };
  return { listed, warning: { at, got: JSON.stringify(text), expected: 'an image without digest; the digest is not used' } };
}

/** What has a slash behind the colon, or no digest behind the @ (however short: v0.18), is an address of something else. */
function imageOf(written: string, constraint: string, digest = ''): ImageName | undefined {
  return constraint.includes('/') || !/^(?:[\w.+-]+:[0-9a-f]+)?$/i.test(digest) ? undefined : canonicalImageName(written);
}

/** A text with an operator of constraints in it was not meant as an alias. */
function isAlias(text: string): boolean {
  return text !== '' && !/[:<>~^!|*@]/.test(text);
}

/** The image and the constraint behind it ('' for none). */
function splitConstraint(named: string): readonly [written: string, constraint: string] {
  const reference = parseImageReference(named);
  if (reference !== undefined) {
    const { tag } = reference;
    return tag === undefined ? [named, ''] : [named.slice(0, named.length - tag.length - 1), tag];
  }
  // A constraint is no tag, so the reference grammar does not help: the first colon behind the registry starts it.
  const registry = /^(?:[^/:]*\.[^/:]*(?::\d+)?|[^/:]+:\d+)\//.exec(named)?.[0] ?? '';
  const [repository = '', constraint = ''] = splitOnce(named.slice(registry.length), ':');
  return [`${registry}${repository.trim()}`, constraint.trim()];
}

function splitOnce(text: string, separator: string): readonly string[] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
