import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort, realOr } from '../contracts/programs.ts';
import { field } from './api.ts';
import type { ForgeWorld } from './forge.ts';
import { startForgeWorld } from './forge.ts';
import { overlay } from './manifests.ts';
import { replaced } from './repository.ts';
import { spawnService } from './service-process.ts';
import type { Stage } from './stage.ts';
import { createStage } from './stage.ts';
import { not, until } from './until.ts';
import { patienceMs } from './world.ts';

vi.setConfig({ testTimeout: patienceMs, hookTimeout: patienceMs });

const forges = realOr('Forge', 'gitea', (path) => path);

describe.each(forges)('with repositories and images on %s', (_, path) => {
  let world: ForgeWorld;
  let stage: Stage;
  beforeAll(async () => {
    world = await startForgeWorld(path);
    stage = createStage(world);
    await world.service.start();
  });
  afterAll(() => world.close());

  const refusedPushes = (): number => world.service.log().filter(({ msg }) => msg === 'push refused').length;
  const decided = (app: string): number => world.service.decided(app);

  it('a whole canary: a good version is promoted, a bad one taken out of Git again', async () => {
    const { repository } = await stage.canary('harbour', '1.0.0');
    await world.push('team/harbour', '1.1.0');
    await stage.promoted('harbour', '1.1.0');
    stage.measure('harbour', 0.5);
    await world.push('team/harbour', '1.2.0');
    await until('the commit that lowers', async () => {
      const [newest] = await repository.log();
      return newest?.subject.startsWith('build: take ') === true ? true : not(newest);
    });
    expect((await repository.log()).map(({ author }) => author)).toEqual([
      ...Array<string>(3).fill('windlass <windlass@noreply.windlass.dev>'),
      'Robin Person <robin@example.com>',
    ]);
    expect(await repository.file(overlay)).toContain('newTag: "1.1.0"');
  });

  it('a protected branch: reported in the words of the forge, tried again ever more rarely, and nobody else waits', async () => {
    const { repository } = await stage.plain('anchor', '1.0.0');
    const other = await stage.plain('buoy', '1.0.0');
    await stage.decided('anchor');
    await world.forge.refusePushes('anchor');
    const since = Date.now();
    await Promise.all([world.push('team/anchor', '1.1.0'), world.push('team/buoy', '1.1.0')]);
    const message = await stage.condition('anchor', 'ImageUpdateError', /refuses the push/);
    expect(message).toContain(`${repository.url} refuses the push to main: `);
    expect(message).toContain('Not allowed to push to protected branch main');
    await stage.writes(other.repository, '1.1.0');
    const before = decided('anchor');
    await until('ten more decisions', () => decided('anchor') >= before + 10 || not(decided('anchor')));
    // The waits are 1, 2, 4, 8 ... polls of 150 ms: in so much time there is room for so many pushes, and no more.
    const polls = (Date.now() - since) / 150;
    expect(refusedPushes()).toBeLessThanOrEqual(Math.floor(Math.log2(polls + 1)) + 1);
    expect(refusedPushes()).toBeGreaterThanOrEqual(2);
    expect(await repository.log()).toHaveLength(1);
    await world.forge.allowPushes('anchor');
    await stage.writes(repository, '1.1.0');
    await stage.noConditions('anchor');
    await stage.noConditions('buoy');
  });
});

describe.each(forges)('a service that looks every ten minutes, told by %s', (_, path) => {
  const secret = 'a-secret-of-two';
  let folder: string;
  let url: string;
  let world: ForgeWorld;
  let kill: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    folder = await mkdtemp(join(tmpdir(), 'windlass-hook-'));
    const secretFile = join(folder, 'secret');
    await writeFile(secretFile, secret);
    const rarely = { pollInterval: '10m' };
    world = await startForgeWorld(path, {
      intervals: { git: rarely, registries: rarely, sync: { interval: '10m', workers: 4 } },
      settings: { http: { enabled: true, host: '127.0.0.1', port }, webhooks: { secretFile } },
    });
    kill = await spawnService(await world.settingsFile());
  });
  afterAll(async () => {
    await kill?.();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('sees the commit of a person by the hook', async () => {
    const { repository } = await createStage(world).plain('capstan', '1.0.0');
    const deployment = '/apis/apps/v1/namespaces/capstan/deployments/capstan';
    const replicas = async () => field(await world.api.get(deployment), 'spec.replicas');
    const become = (count: number) =>
      until(`${count} replicas`, async () => {
        const seen = await replicas();
        return seen === count ? true : not(seen);
      });
    await become(1);
    await world.forge.tell('capstan', { url: `${url}/webhooks/git`, secret });
    await repository.commit('Scale to 3', await replaced(repository, 'overlay/deployment.yaml', 'replicas: 1', 'replicas: 3'));
    await become(3);
  });
});
