import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TryOptions } from '../../../src/cli/try/options.ts';
import { Trial } from '../../../src/reconcile/explain/record.ts';
import { pushImage, retag } from '../../../src/sandbox/registry/push.ts';
import type { SandboxRegistry } from '../../../src/sandbox/registry/start-registry.ts';
import { startRegistry } from '../../../src/sandbox/registry/start-registry.ts';
import { run } from './run.ts';

describe('a registry', () => {
  const login = { username: 'bot', password: 's3cret' };
  let registry: SandboxRegistry;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windlass-try-'));
    registry = await startRegistry({ credential: login });
    await pushImage(registry.url, 'team/shop', '1.0.0', { credential: login, created: '2026-01-01T00:00:00Z' });
    await pushImage(registry.url, 'team/shop', '1.1.0', { credential: login, created: '2026-02-01T00:00:00Z' });
    await retag(registry.url, 'team/shop', { from: '1.1.0', to: 'latest' }, login);
  });
  afterAll(async () => {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const at = (more: Partial<TryOptions> = {}) => ({ apiUrl: registry.url, ...more });
  const name = () => `${registry.host}/team/shop`;

  it('is asked with the login of standard input', async () => {
    const { status, out } = await run(name(), at({ username: 'bot', passwordStdin: true, output: 'json' }), { input: 's3cret\n' });
    const trial = Trial.parse(JSON.parse(out));
    expect({ status, choice: trial.choice }).toMatchObject({ status: 0, choice: { kind: 'raise', to: { tag: '1.1.0' } } });
    expect(trial.choice.to?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('is asked with the login of the docker configuration, for build times too', async () => {
    const auth = Buffer.from('bot:s3cret').toString('base64');
    await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const env = { DOCKER_CONFIG: folder };
    expect((await run(name(), at({ strategy: 'newest-build', ignoreTags: 'latest', output: 'json' }), { env })).out).toContain(
      '"tag": "1.1.0"',
    );
    const before = { strategy: 'newest-build', asOf: '2026-01-15', output: 'json' } as const;
    const then = Trial.parse(JSON.parse((await run(name(), at(before), { env })).out));
    expect(then.choice).toMatchObject({ kind: 'raise', to: { tag: '1.0.0' } });
    expect(then.tags.map(({ because }) => because)).toContain(
      '1.1.0 was built at 2026-02-01T00:00:00.000Z, after 2026-01-15T00:00:00.000Z',
    );
    const followed = await run(name(), at({ follow: 'latest', current: '1.0.0' }), { env });
    expect(followed).toMatchObject({ status: 0, err: '', out: expect.stringContaining('choose 1.1.0') as string });
  });

  it('whose helper cannot be run is asked without a login, and says both', async () => {
    await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: 'none-such' }));
    const { status, out, err } = await run(name(), at(), { env: { DOCKER_CONFIG: folder, PATH: folder } });
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/^docker-credential-none-such is not on PATH; asking without a login\n.*401/);
  });

  it('that tells no push times says so where an age is asked for', async () => {
    const { out } = await run(name(), at({ username: 'bot', passwordStdin: true, minAge: '3d' }), { input: 's3cret\n' });
    expect(out).toContain('to change it  give a list of tags with their times (--tags): this registry does not tell them');
  });

  it('that speaks plain HTTP is given with its address, not in settings that are not read', async () => {
    const { err } = await run(name(), {});
    expect(err).toContain(`it speaks plain HTTP; give --api-url http://${registry.host}`);
  });

  it('that does not answer is a failure, in the words of the service', async () => {
    expect(await run('127.0.0.1:1/shop', { apiUrl: 'http://127.0.0.1:1' })).toEqual({
      status: 1,
      out: '',
      err: '127.0.0.1:1: no connection for shop (list tags, without a credential): ECONNREFUSED\n',
    });
  });
});
