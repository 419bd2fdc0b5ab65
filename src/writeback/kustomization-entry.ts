import type { Node, Pair, YAMLMap } from 'yaml';
import { isAlias, isCollection, isMap, isScalar, isSeq } from 'yaml';
import { canonicalImageName } from '../kernel/image.ts';
import type { Watch } from '../policy/choice.ts';
import type { Refusal, YamlFile } from './document.ts';
import { entangled, holdsNothing, refuse, spotOf } from './document.ts';

/** What of a watch decides where it is written. */
export type EntryWatch = Pick<Watch, 'image' | 'written' | 'kustomizeName'>;

/** Where a watch's entry is, or would be, in a kustomization's `images`. `name` is the text of the entry's `name`. */
export type Entry =
  | { readonly kind: 'entry'; readonly name: string; readonly map: YAMLMap<Node, Node | null> }
  | { readonly kind: 'missing'; readonly name: string; readonly newName?: string; readonly images: Node | 'absent' };

type Named = { readonly map: YAMLMap<Node, Node | null>; readonly name: string; readonly newName: string | undefined };

/**
 * Finds the entry of a watch: by the name that `kustomize.image-name` gives, else by the written image or its canonical form, else
 * by `newName`. Refused: two entries that fit, an entry that writes another image, and anything that cannot be edited in place.
 */
export function findEntry(file: YamlFile, watch: EntryWatch): Entry | Refusal {
  const images = imagesOf(file);
  if (typeof images === 'object' && 'kind' in images) return images;
  if (images === 'absent' || images.list === undefined) return missing(watch, images === 'absent' ? 'absent' : images.node);
  const named = namedEntries(file, images.list);
  if ('kind' in named) return named;
  const [first, second] = matching(named, watch);
  if (first === undefined) return missing(watch, images.node);
  if (second !== undefined) {
    return refuse(spotOf(file, second.map), `${file.path} has two entries for ${watch.image} (${first.name} and ${second.name})`);
  }
  const wrong = wrongImage(first, watch);
  return wrong === undefined ? { kind: 'entry', name: first.name, map: first.map } : refuse(spotOf(file, first.map), wrong);
}

type Images = { readonly node: Node; readonly list: readonly unknown[] | undefined };

function imagesOf(file: YamlFile): Images | 'absent' | Refusal {
  const root = file.document.contents;
  if (holdsNothing(root)) return 'absent';
  if (!isMap<Node, Node | null>(root)) return refuse(spotOf(file, root), `${file.path} is not a mapping`);
  const node = root.get('images', true) as Node | null | undefined;
  if (!root.has('images')) return 'absent';
  if (node === null || node === undefined) return refuse(spotOf(file, root), `images of ${file.path} has no value to edit`);
  const knot = entangled(node);
  if (knot !== undefined) return refuse(spotOf(file, node), `images of ${file.path} ${knot}`);
  if (isSeq(node)) return { node, list: node.items };
  return holdsNothing(node) ? { node, list: undefined } : refuse(spotOf(file, node), `images of ${file.path} is not a list`);
}

function namedEntries(file: YamlFile, items: readonly unknown[]): readonly Named[] | Refusal {
  const named: Named[] = [];
  for (const item of items) {
    if (!isMap<Node, Node | null>(item)) {
      const because = isAlias(item) ? (entangled(item) ?? '') : 'is not a mapping';
      return refuse(
        spotOf(file, isScalar(item) || isAlias(item) || isCollection(item) ? item : null),
        `an entry of images in ${file.path} ${because}`,
      );
    }
    const name = textOf(item, 'name');
    if (name === undefined) return refuse(spotOf(file, item), `an entry of images in ${file.path} has no name`);
    named.push({ map: item, name, newName: textOf(item, 'newName') });
  }
  return named;
}

function matching(named: readonly Named[], watch: EntryWatch): readonly Named[] {
  if (watch.kustomizeName !== undefined) return named.filter((entry) => entry.name === watch.kustomizeName);
  const byName = named.filter((entry) => entry.name === watch.written || canonicalImageName(entry.name) === watch.image);
  if (byName.length > 0) return byName;
  return named.filter((entry) => entry.newName !== undefined && canonicalImageName(entry.newName) === watch.image);
}

function wrongImage(entry: Named, watch: EntryWatch): string | undefined {
  const writes = entry.newName ?? entry.name;
  if (canonicalImageName(writes) === watch.image) return undefined;
  return `the entry ${entry.name} writes the image ${writes}, not ${watch.image}; set its newName to the image that is watched`;
}

function missing(watch: EntryWatch, images: Node | 'absent'): Entry {
  const name = watch.kustomizeName ?? watch.written;
  const renamed = canonicalImageName(name) === watch.image ? {} : { newName: watch.written };
  return { kind: 'missing', name, ...renamed, images };
}

/** Text of a scalar field; undefined where it is absent, empty or no scalar. */
export function textOf(map: YAMLMap<Node, Node | null>, key: string): string | undefined {
  const node: unknown = map.get(key, true);
  return isScalar(node) && typeof node.value === 'string' && node.value !== '' ? node.value : undefined;
}

export function pairOf(map: YAMLMap<Node, Node | null>, key: string): Pair<Node, Node | null> | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}
