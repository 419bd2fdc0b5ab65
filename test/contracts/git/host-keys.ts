import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { signal, temporaryFolder } from '../../git/remote.ts';
import type { GitStage } from './stage.ts';

/** Who is talked to over SSH, and how the private key is kept. */
export function describeHostKeys(stage: GitStage): void {
  describe('host keys', () => {
    it.each([
      ['unknown', ''],
      ['another one', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f'],
    ])('a server whose key is %s is not talked to', async (_, key) => {
      const { hosted } = await stage.filled({ 'a.yaml': 'a: 1\n' });
      const knownHostsFile = path.join(temporaryFolder(), 'known hosts');
      fs.writeFileSync(knownHostsFile, key === '' ? '' : `[127.0.0.1]:${new URL(hosted.access.url).port} ${key}\n`);
      await expect(stage.open({ knownHostsFile }).fetch(hosted.access, 'main', signal)).rejects.toMatchObject({
        code: 'unauthorized',
        message: expect.stringContaining('Host key verification failed. (add the host key to known_hosts)') as string,
      });
    });

    it('a private key is on disk only while it is needed, and nobody else reads it', async () => {
      const { hosted } = await stage.filled({ 'a.yaml': 'a: 1\n' });
      const stateDir = temporaryFolder();
      const git = stage.open({ stateDir });
      await git.fetch(hosted.access, 'main', signal);
      const folder = path.join(stateDir, 'ssh-keys');
      const modes = [folder, ...fs.readdirSync(folder).map((file) => path.join(folder, file))].map(
        (each) => fs.statSync(each).mode & 0o777,
      );
      expect(modes).toEqual([0o700, 0o600]);
      await git.close();
      expect(fs.existsSync(folder)).toBe(false);
    });
  });
}
