import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pushImage } from '../../../src/sandbox/registry/push.ts';
import type { Authority } from '../../registry/authority.ts';
import { createAuthority } from '../../registry/authority.ts';
import { createLocalClient } from '../../registry/local-client.ts';
import type { Running } from '../programs.ts';
import { freePort, makeHome, startProgram } from '../programs.ts';

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });

/** Distribution behind TLS with a certificate of its own authority: it offers HTTP/2, as every server of Go does. */
export function describeEncrypted(path: string): void {
  const running: Running[] = [];
  let authority: Authority;
  let port = 0;
  let digest = '';

  async function start(home: string, data: string, http: Record<string, unknown>): Promise<number> {
    const chosen = await freePort();
    const storage = { filesystem: { rootdirectory: data } };
    const settings = { version: '0.1', log: { level: 'error' }, storage, http: { addr: `127.0.0.1:${chosen}`, ...http } };
    await writeFile(join(home, 'registry.yml'), JSON.stringify(settings));
    const env = { OTEL_TRACES_EXPORTER: 'none' };
    running.push(await startProgram({ path, home, args: ['serve', join(home, 'registry.yml')], env, ready: () => listens(chosen) }));
    return chosen;
  }

  beforeAll(async () => {
    authority = createAuthority();
    const [plain, home] = await Promise.all([makeHome(), makeHome()]);
    const data = join(home, 'data');
    await mkdir(data);
    const pushed = await start(plain, data, {});
    ({ digest } = await pushImage(`http://127.0.0.1:${pushed}`, 'team/shop', '1', {}));
    await Promise.all([writeFile(join(home, 'tls.crt'), authority.cert), writeFile(join(home, 'tls.key'), authority.key)]);
    port = await start(home, data, { tls: { certificate: join(home, 'tls.crt'), key: join(home, 'tls.key') } });
  });
  afterAll(() => Promise.all(running.map((one) => one.stop())));

  it.each([false, true])('tags and digests are read with its authority (HTTP/2: %s), and not without', async (http2) => {
    const access = { apiUrl: `https://localhost:${port}` };
    const image = `localhost:${port}/team/shop`;
    const { signal } = new AbortController();
    const trusting = createLocalClient({ http2, hosts: [{ prefix: `localhost:${port}`, apiUrl: access.apiUrl, ca: authority.ca }] });
    expect(await trusting.list(image, access, signal)).toMatchObject({ tags: ['1'], complete: true });
    expect(await trusting.facts(image, '1', access, signal)).toMatchObject({ digest });
    expect(await trusting.served(image, digest, access, signal)).toBe(digest);
    await trusting.close();
    const strange = createLocalClient({ http2 });
    await expect(strange.list(image, access, signal)).rejects.toMatchObject({ code: 'unreachable' });
    await strange.close();
  });

  it('plain HTTP to it is refused', async () => {
    const client = createLocalClient();
    const asked = client.list('registry.example.com/x', { apiUrl: `http://localhost:${port}` }, new AbortController().signal);
    await expect(asked).rejects.toMatchObject({ code: 'rejected', message: expect.stringContaining('400 for x') as string });
    await client.close();
  });
}
