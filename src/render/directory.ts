import type { RepoAccess, TreeEntry } from '../git/commit.ts';
import type { ApplicationSource } from '../resources/application.ts';
import type { KubeObject } from '../resources/meta.ts';
import { globMatcher } from './glob.ts';
import { refuse } from './inputs.ts';
import type { Inputs, Refused, SourceFiles } from './inputs.ts';
import type { RenderLimits } from './limits.ts';
import { parseManifests } from './manifests.ts';
import type { Manifests } from './manifests.ts';
import { below } from './paths.ts';

const skipMark = '+argocd:skip-file-rendering';

/** The manifest files of a plain directory, sorted by path, by the rules of Argo CD v3.5 (recurse, include, exclude: exclude wins). */
export function chooseManifestFiles(
  directory: string,
  tree: readonly TreeEntry[],
  block: ApplicationSource['directory'],
): Inputs | Refused {
  const include = matcherOf(block?.include);
  const exclude = matcherOf(block?.exclude);
  if (include === 'broken') return refuse(`spec.source.directory.include ${JSON.stringify(block?.include)} is no glob`);
  if (exclude === 'broken') return refuse(`spec.source.directory.exclude ${JSON.stringify(block?.exclude)} is no glob`);
  const entries = tree.filter((entry) => {
    const path = below(directory, entry.path);
    if (!/\.(ya?ml|json)$/.test(path)) return false;
    if (path.includes('/') && block?.recurse !== true) return false;
    return exclude?.(path) !== true && include?.(path) !== false;
  });
  const link = entries.find((entry) => entry.mode === '120000');
  if (link !== undefined) return refuse(`${link.path} is a symbolic link: links are not followed when rendering`);
  return { kind: 'inputs', entries: entries.toSorted((left, right) => (left.path < right.path ? -1 : 1)) };
}

function matcherOf(glob: string | undefined): ((path: string) => boolean) | undefined | 'broken' {
  return glob === undefined || glob === '' ? undefined : (globMatcher(glob) ?? 'broken');
}

/** Reads the chosen files and parses their objects, in the order of their paths. */
export async function readManifestFiles(
  entries: readonly TreeEntry[],
  from: { readonly files: SourceFiles; readonly repo: RepoAccess; readonly limits: RenderLimits },
  signal: AbortSignal,
): Promise<Manifests> {
  const blobs = await from.files.blobs(
    from.repo,
    entries.map((entry) => entry.oid),
    signal,
  );
  const size = entries.reduce((sum, entry) => sum + (blobs.get(entry.oid)?.length ?? 0), 0);
  if (size > from.limits.outputBytes) return refuse(`the manifests are ${size} bytes, more than the limit of ${from.limits.outputBytes}`);
  const objects: KubeObject[] = [];
  for (const entry of entries) {
    const parsed = parseFile(entry.path, new TextDecoder().decode(blobs.get(entry.oid)));
    if (parsed.kind === 'refused') return parsed;
    objects.push(...parsed.objects);
  }
  return { kind: 'manifests', objects };
}

function parseFile(path: string, text: string): Manifests {
  return text.includes(skipMark) ? { kind: 'manifests', objects: [] } : parseManifests(text, path, false);
}
