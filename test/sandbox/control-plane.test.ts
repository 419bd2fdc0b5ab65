import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startControlPlane } from '../../src/sandbox/kubernetes/control-plane.ts';

it('a control plane whose programs end at once, as one whose port was taken does, is tried three times', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-no-plane-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [etcd, apiServer, starts] = ['etcd', 'kube-apiserver', 'starts'].map((name) => join(folder, name)) as [string, string, string];
  await writeFile(etcd, `#!/bin/sh\necho started >> ${starts}\nexit 1\n`, { mode: 0o755 });
  await writeFile(apiServer, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
  await expect(startControlPlane({ etcd, apiServer })).rejects.toThrow(`${etcd} ended with 1 before it was ready`);
  expect((await readFile(starts, 'utf8')).trim().split('\n')).toHaveLength(3);
});
