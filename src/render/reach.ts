import type { RepoAccess, TreeEntry } from '../git/commit.ts';
import type { Oid, Sha } from '../kernel/refs.ts';
import { refuse } from './inputs.ts';
import type { Inputs, Refused, SourceFiles } from './inputs.ts';
import { filesNamedByConfiguration, readKustomization } from './kustomization.ts';
import type { RenderLimits } from './limits.ts';
import { joinInRepository, staysInside } from './paths.ts';
import { kustomizationNames } from './source.ts';

export type ReachOptions = {
  readonly files: SourceFiles;
  readonly repo: RepoAccess;
  readonly revision: Sha;
  readonly limits: RenderLimits;
  /** Texts by blob: kustomizations are read at every commit, and rarely change. */
  readonly texts: Map<Oid, string>;
  readonly signal: AbortSignal;
};

/** What an Application adds to a kustomization: component directories, from the root of the repository, and files, as written. */
type Added = { readonly components: readonly string[]; readonly files: readonly string[] };

type Step = { readonly directory: string; readonly asConfiguration: boolean; readonly files?: readonly string[] };
type Found = { readonly kind: 'found'; readonly next: readonly Step[]; readonly reads: readonly TreeEntry[] } | Refused;

/**
 * Every file that `kustomize build directory` would read: kustomizations, their resources, patches and generator files, followed
 * through bases and components. Remote bases, symbolic links and paths that leave the repository are refused.
 */
export async function reachKustomization(directory: string, added: Added, options: ReachOptions): Promise<Inputs | Refused> {
  const reached = new Map<string, TreeEntry>();
  const visited = new Set<string>();
  const queue: Step[] = [
    { directory, asConfiguration: false, files: added.files },
    ...added.components.map((path) => ({ directory: path, asConfiguration: false })),
  ];
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const key = `${step.directory}|${step.asConfiguration}`;
    if (visited.has(key)) continue;
    visited.add(key);
    const found = await readDirectory(step, options);
    if (found.kind === 'refused') return found;
    for (const entry of found.reads) reached.set(entry.path, entry);
    queue.push(...found.next);
    if (reached.size > options.limits.inputFiles) return refuse(`the kustomization reads more than ${options.limits.inputFiles} files`);
  }
  return { kind: 'inputs', entries: [...reached.values()] };
}

async function readDirectory(step: Step, options: ReachOptions): Promise<Found> {
  const tree = await options.files.tree(options.repo, options.revision, step.directory, options.signal);
  const byPath = new Map(tree.map((entry) => [entry.path, entry]));
  const roots = kustomizationNames.flatMap((name) => byPath.get(inDirectory(step.directory, name)) ?? []);
  if (roots.length === 0) return refuse(`${shown(step.directory)} holds no ${kustomizationNames.join(', ')}`);
  const link = roots.find((entry) => entry.mode === '120000');
  if (link !== undefined) return refuse(whyNoFile(link));
  const at = { step, tree, byPath, options };
  const added = await followNames(step.files ?? [], 'file', at);
  if (added.kind === 'refused') return added;
  const found = await followRoots(roots, at);
  return found.kind === 'refused' ? found : { ...found, reads: [...found.reads, ...added.reads] };
}

type At = {
  readonly step: Step;
  readonly tree: readonly TreeEntry[];
  readonly byPath: ReadonlyMap<string, TreeEntry>;
  readonly options: ReachOptions;
};

async function followRoots(roots: readonly TreeEntry[], at: At): Promise<Found> {
  const reads: TreeEntry[] = [...roots];
  const next: Step[] = [];
  for (const root of roots) {
    const read = readKustomization(await textOf(root, at.options), root.path);
    if (read.kind === 'refused') return read;
    const { anything, files, configurations } = read.named;
    const ways: readonly (readonly [readonly string[], Way])[] = [
      [files, 'file'],
      [anything, at.step.asConfiguration ? 'configuration' : 'anything'],
      [configurations, 'configuration'],
    ];
    for (const [names, way] of ways) {
      const found = await followNames(names, way, at);
      if (found.kind === 'refused') return found;
      reads.push(...found.reads);
      next.push(...found.next);
    }
  }
  return { kind: 'found', reads, next };
}

type Way = 'file' | 'anything' | 'configuration';

async function followNames(names: readonly string[], way: Way, at: At): Promise<Found> {
  const reads: TreeEntry[] = [];
  const next: Step[] = [];
  for (const name of names) {
    const resolved = resolveName(name, way, at);
    if (resolved.kind === 'refused') return resolved;
    if (resolved.kind === 'directory') next.push({ directory: resolved.directory, asConfiguration: way === 'configuration' });
    else reads.push(resolved.entry);
    if (resolved.kind === 'file' && way === 'configuration') {
      const found = await followNames(filesNamedByConfiguration(await textOf(resolved.entry, at.options)), 'file', at);
      if (found.kind === 'refused') return found;
      reads.push(...found.reads);
    }
  }
  return { kind: 'found', reads, next };
}

type Resolved = { readonly kind: 'file'; readonly entry: TreeEntry } | { readonly kind: 'directory'; readonly directory: string } | Refused;

function resolveName(name: string, way: Way, at: At): Resolved {
  const here = shown(at.step.directory);
  const path = joinInRepository(at.step.directory, name);
  const entry = path === undefined ? undefined : at.byPath.get(path);
  if (entry !== undefined) return entry.mode.startsWith('100') ? { kind: 'file', entry } : refuse(whyNoFile(entry));
  if (looksRemote(name)) return refuse(`${here} names ${name}: remote bases and files are not fetched; copy them into the repository`);
  if (path === undefined) return refuse(`${here} names ${name}, which leaves the repository`);
  const link = at.tree.find((other) => other.mode === '120000' && path.startsWith(`${other.path}/`));
  if (link !== undefined) return refuse(whyNoFile(link));
  if (path !== '' && !staysInside(path)) return refuse(`${here} names ${JSON.stringify(name)}, which is no path`);
  const because = whyNoDirectory(name, way);
  return because === undefined ? { kind: 'directory', directory: path } : refuse(`${here} names ${name}, ${because}`);
}

function whyNoDirectory(name: string, way: Way): string | undefined {
  if (way === 'file') return 'which is no file below it';
  return /\.(ya?ml|json)$/.test(name) ? 'which does not exist' : undefined;
}

function looksRemote(name: string): boolean {
  return /^[\w+.-]+:\/\/|^git@|^git::|^(github\.com|gitlab\.com|bitbucket\.org)[:/]|\?(ref|version|timeout|submodules)=|\.git(\/|$)/.test(
    name,
  );
}

async function textOf(entry: TreeEntry, options: ReachOptions): Promise<string> {
  const held = options.texts.get(entry.oid);
  if (held !== undefined) return held;
  const blobs = await options.files.blobs(options.repo, [entry.oid], options.signal);
  const text = new TextDecoder().decode(blobs.get(entry.oid));
  options.texts.set(entry.oid, text);
  if (options.texts.size > 2_000) options.texts.delete(options.texts.keys().next().value ?? '');
  return text;
}

function whyNoFile({ path, mode }: TreeEntry): string {
  return mode === '160000'
    ? `${path} is a submodule: submodules are not fetched`
    : `${path} is a symbolic link: links are not followed when rendering`;
}

function inDirectory(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

function shown(directory: string): string {
  return directory === '' ? 'the root of the repository' : directory;
}
