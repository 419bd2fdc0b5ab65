import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSettings } from '../../src/settings.ts';
import { leavesOf } from '../../src/settings/table.ts';
import type { Fields, Rendered } from './helm.ts';
import { chart, findHelm, only, releaseNamespace, renderChart, renderObjects, runHelm } from './helm.ts';

const helm = findHelm() ?? '';

/** Every value that adds something to an object. */
const everything = {
  image: { digest: `sha256:${'a'.repeat(64)}` },
  imagePullSecrets: [{ name: 'pull' }],
  settings: {
    registries: {
      maxTags: 1_000_000,
      hosts: [{ prefix: 'registry.example.com', apiUrl: 'https://registry.example.com', credentials: 'env:REGISTRY_LOGIN' }],
    },
    http: { port: 9090 },
    cluster: { name: 'paris' },
  },
  webhook: { secretName: 'hook' },
  certificateAuthorities: { configMap: 'authorities' },
  knownHosts: { configMap: 'argocd-ssh-known-hosts-cm' },
  registriesConf: { configMap: 'argocd-image-updater-config' },
  registryScripts: { configMap: 'scripts' },
  dockerConfig: { secretName: 'pull' },
  env: [{ name: 'REGISTRY_LOGIN', secretName: 'registry', secretKey: 'login' }],
  serviceAccount: { annotations: { role: 'windlass' } },
  rbac: { extraWorkloads: [{ apiGroups: [''], resources: ['secrets'] }] },
  service: { annotations: { scrape: 'yes, please' } },
  pod: {
    annotations: { note: 'a' },
    labels: { team: 'platform' },
    nodeSelector: { disk: 'fast' },
    tolerations: [{ key: 'spot', operator: 'Exists' }],
    affinity: { nodeAffinity: {} },
    priorityClassName: 'high',
  },
};

type Container = {
  readonly args: readonly string[];
  readonly env?: readonly Fields[];
  readonly image: string;
  readonly ports: readonly { readonly containerPort: number }[];
  readonly livenessProbe: object;
  readonly readinessProbe: object;
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
};
type PodSpec = {
  readonly containers: readonly [Container];
  readonly securityContext: object;
  readonly volumes: readonly ({ readonly name: string } & Fields)[];
};

function podOf(objects: readonly Rendered[]): PodSpec {
  return (only(objects, 'Deployment')['spec'] as { template: { spec: PodSpec } }).template.spec;
}

function settingsOf(objects: readonly Rendered[]): string {
  return (only(objects, 'ConfigMap')['data'] as Readonly<Record<string, string>>)['windlass.yaml'] ?? '';
}

describe.skipIf(helm === '')('the chart', () => {
  it('passes the strict lint', async () => {
    const linted = await runHelm(helm, ['lint', '--strict', '--kube-version', '1.34.4', chart]);
    expect(linted.said).toContain('0 chart(s) failed');
    expect(linted.ok).toBe(true);
  });

  it.each([
    ['as it is', {}],
    ['with every value', everything],
  ])('%s renders one of everything, each with a name, and no rule with a *', async (_, values) => {
    const objects = await renderObjects(helm, values);
    const kinds = objects.map(({ kind }) => kind);
    expect(kinds).toEqual([
      'ServiceAccount',
      'ConfigMap',
      ...['ClusterRole', 'ClusterRole', 'ClusterRoleBinding', 'ClusterRoleBinding'],
      ...['Role', 'RoleBinding'],
      'Service',
      'Deployment',
    ]);
    const clusterWide = (kind: string) => kind.startsWith('ClusterRole');
    for (const { kind, metadata } of objects) {
      expect(metadata.name).toMatch(/^windlass(-workloads|-memory)?$/);
      expect(metadata.namespace).toBe(clusterWide(kind) ? undefined : releaseNamespace);
    }
    expect(JSON.stringify(objects.filter(({ kind }) => clusterWide(kind)))).not.toContain('*');
  });

  it('runs one container without root, capabilities or a writable root, with probes that the service answers', async () => {
    const objects = await renderObjects(helm, {});
    const spec = podOf(objects);
    const [container] = spec.containers;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.livenessProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } });
    expect(container.readinessProbe).toMatchObject({ httpGet: { path: '/readyz', port: 'http' } });
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/etc/windlass', '/var/lib/windlass', '/tmp']);
    expect(only(objects, 'Deployment')['spec']).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(container.image).toBe('windlass:0.1.0');
  });

  it('gives the container what the settings refer to: port, secrets, authorities', async () => {
    const objects = await renderObjects(helm, everything);
    const spec = podOf(objects);
    const [container] = spec.containers;
    expect(container.image).toBe(`windlass@sha256:${'a'.repeat(64)}`);
    expect(container.ports[0]?.containerPort).toBe(9090);
    expect(container.env).toEqual([
      { name: 'REGISTRY_LOGIN', valueFrom: { secretKeyRef: { name: 'registry', key: 'login' } } },
      { name: 'WINDLASS_WEBHOOK_SECRET', valueFrom: { secretKeyRef: { name: 'hook', key: 'secret' } } },
      { name: 'NODE_EXTRA_CA_CERTS', value: '/etc/windlass-ca/ca.crt' },
    ]);
    expect(spec.volumes.map(({ name }) => name)).toEqual(container.volumeMounts.map(({ name }) => name));
    const text = settingsOf(objects);
    expect(parse(text)).toMatchObject({
      webhooks: { secretEnv: 'WINDLASS_WEBHOOK_SECRET' },
      git: { caFile: '/etc/windlass-ca/ca.crt' },
      registries: {
        conf: '/etc/windlass-registries/registries.conf',
        scriptDir: '/etc/windlass-scripts',
        dockerConfig: '/etc/windlass-docker/config.json',
      },
    });
  });

  it.each([
    ['of its own', {}, { namespace: 'windlass', 'cluster.name': 'in-cluster', 'registries.maxTags': 100_000 }],
    ['and those of the values', everything, { namespace: 'windlass', 'cluster.name': 'paris', 'registries.maxTags': 1_000_000 }],
  ])('writes settings %s that the service reads', async (_, values, expected) => {
    const objects = await renderObjects(helm, values);
    const [container] = podOf(objects).containers;
    const env = Object.fromEntries((container.env ?? []).map(({ name }) => [String(name), 'some text']));
    const file = { name: 'windlass.yaml', text: settingsOf(objects) };
    const read = readSettings({ file, env, flags: {}, readFile: () => 'registries: []', readFolder: () => [] });
    if (read.kind === 'refused') throw new Error(JSON.stringify(read.problems));
    for (const [path, value] of Object.entries(expected)) expect(read.settings).toHaveProperty(path, value);
    expect(read.settings.git.stateDir).toBe('/var/lib/windlass/git');
    expect(read.settings.http.enabled).toBe(true);
  });

  it('starts a new pod when a setting changes', async () => {
    const annotations = async (values: object) =>
      (only(await renderObjects(helm, values), 'Deployment')['spec'] as { template: { metadata: Rendered['metadata'] } }).template.metadata;
    expect(await annotations({})).not.toEqual(await annotations({ settings: { log: { level: 'debug' } } }));
  });

  it.each<[string, object, string]>([
    ['a value that nobody knows', { replicaCount: 2 }, "at '': additional properties 'replicaCount' not allowed"],
    [
      'a setting that nobody knows',
      { settings: { git: { pollIntervall: '3s' } } },
      "at '/settings/git': additional properties 'pollIntervall' not allowed",
    ],
    [
      "a setting that is the chart's",
      { settings: { namespace: 'other' } },
      "at '/settings': additional properties 'namespace' not allowed",
    ],
    ['a duration without a unit', { settings: { sync: { interval: '30' } } }, "at '/settings/sync/interval': '30' does not match pattern"],
    [
      'a * for resources',
      { rbac: { extraWorkloads: [{ apiGroups: [''], resources: ['*'] }] } },
      "at '/rbac/extraWorkloads/0/resources/0': '*' does not match pattern",
    ],
    [
      'a * for groups',
      { rbac: { workloads: [{ apiGroups: ['*'], resources: ['jobs'] }] } },
      "at '/rbac/workloads/0/apiGroups/0': '*' does not match pattern",
    ],
    ['a root filesystem that is asked for', { securityContext: {} }, "at '': additional properties 'securityContext' not allowed"],
    [
      'no ServiceAccount at all',
      { serviceAccount: { create: false } },
      'serviceAccount.name: nothing is set, expected the name of a ServiceAccount',
    ],
  ])('refuses %s, and says where', async (_, values, sentence) => {
    const rendered = await renderChart(helm, values);
    expect(rendered.ok).toBe(false);
    expect(rendered.said).toContain(sentence);
  });
});

type Schema = { readonly properties?: Readonly<Record<string, Schema>>; readonly additionalProperties?: unknown } & Fields;

const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as Schema;

function pathsOf(node: Schema, path = ''): readonly string[] {
  if (node.properties === undefined) return [path];
  return Object.entries(node.properties).flatMap(([key, child]) => pathsOf(child, path === '' ? key : `${path}.${key}`));
}

describe('the schema of the values', () => {
  it('knows every setting but those that the chart sets itself', () => {
    const ownedByChart = [
      ...['namespace', 'cluster.kubeconfig', 'cluster.context', 'git.stateDir', 'git.caFile', 'render.toolDir', 'http.enabled'],
      ...['webhooks.secretEnv', 'webhooks.secretFile'],
    ];
    const settings = schema.properties?.['settings'] ?? {};
    expect([...pathsOf(settings), ...ownedByChart].sort()).toEqual(
      leavesOf()
        .map(([path]) => path)
        .sort(),
    );
  });

  it.skipIf(helm === '')('takes the defaults of config/windlass.yaml', async () => {
    const defaults = parse(readFileSync(new URL('../../config/windlass.yaml', import.meta.url), 'utf8')) as Record<string, Fields>;
    const without = (section: string, ...keys: readonly string[]) =>
      Object.fromEntries(Object.entries(section === '' ? defaults : (defaults[section] ?? {})).filter(([key]) => !keys.includes(key)));
    const given = {
      ...without('', 'namespace', 'webhooks'),
      cluster: without('cluster', 'kubeconfig', 'context'),
      git: without('git', 'stateDir', 'caFile'),
      render: without('render', 'toolDir'),
      http: without('http', 'enabled'),
    };
    const text = settingsOf(await renderObjects(helm, { settings: given }));
    expect(parse(text)).toMatchObject(given);
  });

  it('describes the values of values.yaml, no more and no fewer', () => {
    const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Fields;
    expect([...Object.keys(values), 'global'].sort()).toEqual(Object.keys(schema.properties ?? {}).sort());
    const open = (node: Schema, path: string): readonly string[] => [
      ...(node.properties !== undefined && node.additionalProperties !== false ? [path] : []),
      ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => open(child, `${path}/${key}`)),
    ];
    expect(open(schema, '')).toEqual([]);
  });

  it('finds a comment before every value of values.yaml', () => {
    const lines = readFileSync(join(chart, 'values.yaml'), 'utf8').split('\n');
    const said = (line = '') => line.trim().startsWith('#');
    const bare = lines.filter((line, index) => {
      const [, indent = '', key = '', value] = /^( {0,2})([A-Za-z]+):(.*)$/.exec(line) ?? [];
      const opens = value === '' && indent === '' && said(lines[index + 1]);
      return key !== '' && !opens && !said(lines[index - 1]);
    });
    expect(bare).toEqual([]);
  });
});
