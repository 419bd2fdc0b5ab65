import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { directAccess, loadAccess } from '../../src/cluster/access.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { startKubernetes } from '../../src/sandbox/kubernetes/server.ts';
import { configMap, configMaps, never } from './stage.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'windlass-access-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(config: object): Promise<string> {
  const path = join(folder, `${Math.random()}.json`);
  await writeFile(path, JSON.stringify(config));
  return path;
}

describe('a kubeconfig', () => {
  it('gives access to its cluster', async () => {
    const server = await startKubernetes();
    onTestFinished(() => server.stop());
    const access = await loadAccess({ kubeconfig: await write(server.kubeconfig()) });
    const cluster = await createCluster({ name: 'c', access });
    onTestFinished(() => cluster.stop());
    expect(access.server).toBe(server.url);
    expect(await access.headers()).toEqual({ authorization: `Bearer ${server.token}` });
    expect(await cluster.act({ do: 'create', on: configMap('a'), body: {} }, never)).toMatchObject({ kind: 'done' });
  });

  it('names the contexts that there are', async () => {
    const server = await startKubernetes();
    onTestFinished(() => server.stop());
    const kubeconfig = await write(server.kubeconfig());
    await expect(loadAccess({ kubeconfig, context: 'prod' })).rejects.toMatchObject({
      code: 'not-found',
      message: `${kubeconfig} has no cluster for context "prod"; it has: sandbox; set cluster.context`,
    });
  });

  it('that is not there is named', async () => {
    await expect(loadAccess({ kubeconfig: join(folder, 'none') })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(`cannot read ${join(folder, 'none')}`) as string,
    });
  });
});

describe('credentials', () => {
  it('do not leave this machine over plain HTTP', () => {
    expect(() => directAccess({ server: 'http://cluster.example.com', token: 't' })).toThrow(
      'cluster.example.com is addressed over plain HTTP',
    );
  });

  it('that are wrong say so, whatever is asked', async () => {
    const server = await startKubernetes();
    onTestFinished(() => server.stop());
    const cluster = await createCluster({ name: 'c', access: directAccess({ server: server.url, token: 'wrong' }) });
    onTestFinished(() => cluster.stop());
    await expect(cluster.watch(configMaps, never)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('a server that is not there is unreachable', async () => {
    // Not a port that was free a moment ago: somebody else may have it by now.
    const cluster = await createCluster({ name: 'c', access: directAccess({ server: 'http://127.0.0.1:1', token: 't' }) });
    onTestFinished(() => cluster.stop());
    await expect(cluster.watch(configMaps, never)).rejects.toMatchObject({ code: 'unreachable' });
  });
});
