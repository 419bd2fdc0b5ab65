import { countPacks, removeLeftovers } from './clones.ts';
import type { GitOptions } from './environment.ts';
import { environmentOf, promised } from './environment.ts';
import { runGit } from './run.ts';
import type { Session } from './session.ts';

const defaultPackLimit = 50;
const timeoutMs = 600_000;

/**
 * Joins the packs of a clone where there are many: git looks through each of them for every object. Runs behind what is queued for
 * the clone; what fails is tried again after the next fetch.
 */
export async function tidy(options: GitOptions, { clone }: Session): Promise<void> {
  if ((await countPacks(clone.folder)) <= (options.packLimit ?? defaultPackLimit)) return;
  await clone.serially(async () => {
    // Missing blobs are expected, and must not be fetched for this.
    const env = { ...environmentOf(options, promised), GIT_NO_LAZY_FETCH: '1' };
    const run = { binary: options.binary ?? 'git', folder: clone.folder, env, timeoutMs, maxBytes: 1 << 20 };
    await runGit({ ...run, args: ['gc', '--quiet', '--prune=now'] }).catch(() => removeLeftovers(clone.folder));
    // Commits that no branch holds any more may be gone.
    clone.commits.clear();
  });
}
