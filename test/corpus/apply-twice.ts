import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directAccess } from '../../src/cluster/access.ts';
import type { Acted } from '../../src/cluster/answers.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { isBody } from '../../src/kernel/json.ts';
import { groupOf, refOf } from '../../src/resources/meta.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { applyObject, installKinds } from '../../src/sandbox/demo/cluster-setup.ts';
import { realBinaries, startMemory, startReal } from '../contracts/kubernetes/api-servers.ts';
import type { ApiServer } from '../contracts/kubernetes/api-servers.ts';
import type { Manifest } from './manifests.ts';

/** The namespace of a document that names none. */
export const defaultNamespace = 'corpus';

const real = realBinaries;
const servers: readonly (readonly [string, () => Promise<ApiServer>])[] = [
  ['the in-memory API', startMemory],
  ...(real === undefined ? [] : [['a real kube-apiserver', () => startReal(real)] as const]),
];

/** A cluster of a server that has the kinds of the chart. */
export async function openCluster(server: ApiServer): Promise<Cluster> {
  await installKinds(server);
  const { url, token, ca } = server;
  return createCluster({ name: 'corpus', access: directAccess({ server: url, token, ...(ca === undefined ? {} : { ca }) }) });
}

/** On each API server: every object is read back as it was applied, and applied again leaves its version alone. */
export function describeApplying(manifests: readonly Manifest[]): void {
  const objects = manifests.filter(({ partOf }) => partOf === undefined);
  describe.each(servers)('on %s', (_, start) => {
    let server: ApiServer;
    let cluster: Cluster;

    beforeAll(async () => {
      server = await start();
      cluster = await openCluster(server);
      const named = objects.map(({ object }) => object.metadata.namespace ?? defaultNamespace);
      for (const name of new Set(named)) await applyObject(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }, 120_000);
    afterAll(async () => {
      await cluster.stop();
      await server.stop();
    });

    it.each(objects)('$file: $title ($row) is read back as it was applied, and applied again changes nothing', async (manifest) => {
      const object = { ...manifest.object, metadata: { namespace: defaultNamespace, ...manifest.object.metadata } };
      const signal = AbortSignal.timeout(60_000);
      const first = await write(cluster, object, signal);
      if ((await cluster.isNamespaced({ group: groupOf(object.apiVersion), kind: object.kind })) === undefined) {
        expect(first).toEqual({ kind: 'refused', because: absence(object) });
        return;
      }
      const read = await cluster.read(refOf(object, ''), signal);
      expectKept(manifest.object, read);
      const again = await write(cluster, object, signal);
      expect(again).toMatchObject({ kind: 'done', object: { metadata: { resourceVersion: read?.metadata.resourceVersion } } });
    });
  });
}

/** The sentence for a kind that the server does not have. */
export function absence({ apiVersion, kind }: KubeObject): string {
  return `the cluster has no ${kind} in group ${JSON.stringify(groupOf(apiVersion))}`;
}

/** Applies an object; its status as well, which most kinds keep apart. */
async function write(cluster: Cluster, object: KubeObject, signal: AbortSignal): Promise<Acted> {
  const on = refOf(object, '');
  const applied = await cluster.act({ do: 'apply', on, body: { ...object } }, signal);
  if (object['status'] === undefined || applied.kind !== 'done') return applied;
  return cluster.act({ do: 'status', on, body: { status: object['status'] } }, signal);
}

/** Kinds of ours have no defaults: nothing may be gone and nothing added. Other kinds get the server's defaults. */
function expectKept(object: KubeObject, read: KubeObject | undefined): void {
  if (read === undefined) throw new Error(`${object.kind} ${object.metadata.name} is not there`);
  const { labels, annotations, finalizers } = object.metadata;
  const { metadata, ...rest } = read;
  const { metadata: _metadata, ...written } = storedForm(object);
  expect(metadata).toMatchObject(JSON.parse(JSON.stringify({ labels, annotations, finalizers })) as object);
  if (groupOf(object.apiVersion) === 'argoproj.io') expect(rest).toEqual(written);
  else expect(rest).toMatchObject(written);
}

/** `stringData` of a Secret is how one writes `data`. */
function storedForm({ stringData, ...object }: KubeObject): KubeObject {
  if (!isBody(stringData)) return object;
  const data = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')] as const);
  return { ...object, data: Object.fromEntries(data) };
}
