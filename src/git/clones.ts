import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { RepoId, Sha } from '../kernel/refs.ts';
import type { GitOptions } from './environment.ts';
import { environmentOf, localEnvironmentOf } from './environment.ts';
import type { Plumbing } from './plumbing.ts';
import { openPlumbing } from './plumbing.ts';
import { runGit } from './run.ts';

/** One repository's bare clone without blobs. `serially` runs one piece of work after the other: two writers would meet at git's locks. */
export type Clone = {
  readonly folder: string;
  readonly plumbing: Plumbing;
  /** Commits that are known to be in the clone. */
  readonly commits: Set<Sha>;
  readonly serially: <Result>(work: () => Promise<Result>) => Promise<Result>;
};

const localTimeoutMs = 60_000;

/** Opens clones below the state folder, each once per process. */
export function openClones(options: GitOptions): (id: RepoId) => Promise<Clone> {
  const opened = new Map<RepoId, Promise<Clone>>();
  return (id) => {
    const known = opened.get(id);
    if (known !== undefined) return known;
    const clone = openClone(options, id);
    opened.set(id, clone);
    // A folder that could not be made is tried again at the next call.
    clone.catch(() => opened.delete(id));
    return clone;
  };
}

async function openClone(options: GitOptions, id: RepoId): Promise<Clone> {
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 16);
  const readable = id.replace(/[^\w.-]+/g, '_').slice(-60);
  const folder = path.resolve(options.stateDir, `${readable}-${hash}.git`);
  const binary = options.binary ?? 'git';
  await fs.mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  const init = await runGit({
    binary,
    args: ['init', '--bare', '--quiet', '--template=', folder],
    folder,
    env: environmentOf(options, []),
    timeoutMs: localTimeoutMs,
    maxBytes: 1 << 16,
  });
  if (init.code !== 0) throw new Error(`${folder}: git init failed: ${init.stderr.trim()}`);
  const plumbing = openPlumbing({ folder, binary, env: localEnvironmentOf(options), timeoutMs: localTimeoutMs });
  return { folder, plumbing, commits: new Set(), serially: queue() };
}

/** Removes lock and temporary files that a killed git left; nobody else uses the folder (the state lock says so). */
export async function removeLeftovers(folder: string): Promise<void> {
  const files = await fs.readdir(folder, { recursive: true });
  const leftovers = files.filter((file) => file.endsWith('.lock') || /(^|\/)(tmp_|fast_import_crash_)/.test(file));
  await Promise.all(leftovers.map((file) => fs.rm(path.join(folder, file), { force: true, recursive: true })));
}

function queue(): Clone['serially'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

/** Packs of a clone: every fetch that brings something leaves one. */
export async function countPacks(folder: string): Promise<number> {
  const files = await fs.readdir(path.join(folder, 'objects/pack')).catch(() => []);
  return files.filter((file) => file.endsWith('.pack')).length;
}
