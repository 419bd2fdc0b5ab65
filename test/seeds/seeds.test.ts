import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { directAccess } from '../../src/cluster/access.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { describeProblem } from '../../src/kernel/problem.ts';
import { AnalysisTemplate } from '../../src/resources/analysis.ts';
import { Application } from '../../src/resources/application.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { readResource, refOf } from '../../src/resources/meta.ts';
import { Rollout } from '../../src/resources/rollout.ts';
import { survey } from '../../src/rollout/situation.ts';
import { problemsOf } from '../../src/rollout/validate.ts';
import { applyObject, installKinds } from '../../src/sandbox/demo/cluster-setup.ts';
import { realBinaries, startMemory, startReal } from '../contracts/kubernetes/api-servers.ts';
import type { ApiServer } from '../contracts/kubernetes/api-servers.ts';

const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const readers: Readonly<Record<string, (object: KubeObject) => string>> = {
  Application: (object) => readResource(Application, object).kind,
  Rollout: (object) => readResource(Rollout, object).kind,
  AnalysisTemplate: (object) => readResource(AnalysisTemplate, object).kind,
};

function documentsOf(file: string): readonly KubeObject[] {
  return parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => {
    const object = document.toJS() as KubeObject;
    return { ...object, metadata: { namespace: 'seeds', ...object.metadata } };
  });
}

const documents = files.flatMap((file) => documentsOf(file).map((object) => [file, object.kind, object.metadata.name, object] as const));

const real = realBinaries;
const servers: readonly (readonly [string, () => Promise<ApiServer>])[] = [
  ['the in-memory API', startMemory],
  ...(real === undefined ? [] : [['a real kube-apiserver', () => startReal(real)] as const]),
];

describe.each(servers)('on %s', (_, start) => {
  let server: ApiServer;
  let cluster: Cluster;

  beforeAll(async () => {
    server = await start();
    await installKinds(server);
    for (const name of ['argocd', 'seeds']) await applyObject(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const { url, token, ca } = server;
    const access = directAccess({ server: url, token, ...(ca === undefined ? {} : { ca }) });
    cluster = await createCluster({ name: 'seeds', access });
  }, 120_000);
  afterAll(async () => {
    await cluster.stop();
    await server.stop();
  });

  it.each(documents)('%s: %s %s is read back as it was applied, and applied again changes nothing', async (_file, _kind, _name, object) => {
    const on = refOf(object, 'seeds');
    const apply = () => cluster.act({ do: 'apply', on, body: { ...object } }, AbortSignal.timeout(30_000));
    const first = await apply();
    expect(first).toMatchObject({ kind: 'done', object: { spec: object['spec'] } });
    const again = await apply();
    const versions = [first, again].map((acted) => (acted.kind === 'done' ? acted.object?.metadata.resourceVersion : acted.kind));
    expect(versions[1]).toBe(versions[0]);
  });
});

describe('of the manifests', () => {
  it.each(documents)('%s: %s %s can be read', (_file, kind, _name, object) => {
    expect(readers[kind]?.(object)).toBe('read');
  });

  // An excerpt of an article may leave out what a Rollout cannot be without; then the sentence says what is missing.
  it.each([
    ['gitops-what-it-means.yaml', ['spec.template: got nothing, expected a pod template']],
    ['gitops-that-works.yaml', ['spec.selector.matchLabels: got app=api-service, expected labels that spec.template.metadata.labels has']],
  ])('the Rollout of %s is refused with its sentence', (file, sentences) => {
    const object = documentsOf(file).find(({ kind }) => kind === 'Rollout');
    const read = object === undefined ? undefined : readResource(Rollout, object);
    if (read?.kind !== 'read') throw new Error('no Rollout');
    const observed = {
      cluster: 'c',
      rollout: read.resource,
      replicaSets: [],
      pods: [],
      runs: [],
      templates: {},
      services: {},
      routers: [],
    };
    expect(problemsOf(survey(observed, 0)).map(describeProblem)).toEqual(sentences);
  });
});
