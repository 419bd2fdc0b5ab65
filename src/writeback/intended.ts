import { isBody, sameJson } from '../kernel/json.ts';
import type { YamlFile } from './document.ts';
import { parseYaml, valuesOf } from './document.ts';

type EntryText = { readonly name: string; readonly newName?: string };

/**
 * Why an edited text is not what was intended: it must be one readable document whose values are exactly `intended(values before)`.
 * Undefined where it is.
 */
export function differsAsIntended(before: YamlFile, after: string, intended: (values: unknown) => unknown): string | undefined {
  const old = valuesOf(before);
  if (old === undefined) return `${before.path} holds aliases that do not resolve or multiply beyond reason`;
  const parsed = parseYaml(before.path, after);
  if ('kind' in parsed) return `the edit would break the file: ${parsed.because}`;
  const now = valuesOf(parsed);
  if (now !== undefined && sameJson(now.values, intended(old.values))) return undefined;
  return `the edit would change more than one value of ${before.path}`;
}

/** The values of a kustomization with an image entry's newTag set; the entry is appended where it is missing. */
export function intendedValues(values: unknown, entry: EntryText, newTag: string): unknown {
  const root = isBody(values) ? values : {};
  const list: readonly unknown[] = Array.isArray(root['images']) ? root['images'] : [];
  const known = list.some((item) => isBody(item) && item['name'] === entry.name);
  const renamed = entry.newName === undefined ? {} : { newName: entry.newName };
  const images = known
    ? list.map((item) => (isBody(item) && item['name'] === entry.name ? { ...item, newTag } : item))
    : [...list, { name: entry.name, ...renamed, newTag }];
  return { ...root, images };
}
