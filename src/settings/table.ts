import * as kinds from './field.ts';
import type { Field } from './field.ts';
import { readRegistryHost } from './registry-host.ts';

const namespaceRule = { accepts: kinds.isNamespaceName, expected: 'a namespace name (lower case letters, digits, dashes)' };
const addressRule = { accepts: kinds.isHostOrBlock, expected: 'a host name, an IP address or a block such as 127.0.0.0/8' };
const hostRule = { accepts: kinds.isHost, expected: 'a host name, with its port where it has one' };
const directoryRule = {
  accepts: (written: string) => written === '' || written.startsWith('/'),
  expected: 'an absolute path of a directory, or nothing',
};

/** Every setting, in the order of config/windlass.yaml, where each one is described. */
export const table = {
  engine: kinds.oneOf<'embedded' | 'argocd'>('embedded', ['embedded'], { argocd: 'the engine argocd is not supported yet' }),
  compat: kinds.oneOf<'v0' | 'v1'>('v0', ['v0', 'v1']),
  namespace: kinds.text('windlass', namespaceRule),
  controlNamespace: kinds.text('argocd', namespaceRule),
  applicationNamespaces: kinds.texts(namespaceRule),
  secretNamespaces: kinds.texts(namespaceRule),
  cluster: { name: kinds.text('in-cluster'), kubeconfig: kinds.text(''), context: kinds.text('') },
  git: {
    stateDir: kinds.text('.windlass-state/git', { accepts: (written) => written !== '', expected: 'a directory' }),
    pollInterval: kinds.duration('30s'),
    timeout: kinds.duration('60s'),
    historyLimit: kinds.integer(200, 1, 10_000),
    caFile: kinds.text(''),
    author: {
      name: kinds.text('windlass', { accepts: (written) => /^[^<>\n]+$/.test(written), expected: 'a name without angle brackets' }),
      email: kinds.text('windlass@noreply.windlass.dev', {
        accepts: (written) => /^[^\s<>@]+@[^\s<>@]+$/.test(written),
        expected: 'an email address',
      }),
    },
  },
  registries: {
    pollInterval: kinds.duration('2m'),
    timeout: kinds.duration('30s'),
    maxTags: kinds.integer(100_000, 1, 10_000_000),
    hosts: kinds.entries('an object with prefix and apiUrl, and what else config/windlass.yaml lists', readRegistryHost),
    conf: kinds.text(''),
    scriptDir: kinds.text('', directoryRule),
    dockerConfig: kinds.text(''),
    tokenHosts: kinds.texts(hostRule),
    http2: kinds.yesNo(false),
  },
  holds: {
    path: kinds.text('.windlass/holds.yaml', {
      accepts: (written) => /^[^/\s][^\s]*\.ya?ml$/.test(written) && !written.split('/').includes('..'),
      expected: 'the path of a YAML file inside the repository',
    }),
  },
  render: {
    toolDir: kinds.text(''),
    timeout: kinds.duration('60s'),
    maxObjects: kinds.integer(5000, 1, 1_000_000),
    maxBytes: kinds.bytes('50Mi'),
  },
  analysis: {
    prometheusAddress: kinds.url(''),
    timeout: kinds.duration('30s'),
  },
  sync: { interval: kinds.duration('3m'), workers: kinds.integer(8, 1, 256) },
  http: { enabled: kinds.yesNo(true), host: kinds.text('0.0.0.0'), port: kinds.integer(8080, 0, 65_535) },
  webhooks: { secretEnv: kinds.text(''), secretFile: kinds.text('') },
  addresses: { allow: kinds.texts(addressRule, ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']) },
  limits: { fileBytes: kinds.bytes('1Mi'), responseBytes: kinds.bytes('64Mi') },
  log: { level: kinds.oneOf<LogLevel>('info', ['debug', 'info', 'warn', 'error']) },
  shutdown: { grace: kinds.duration('20s') },
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type SettingsNode = Field<unknown> | { readonly [key: string]: SettingsNode };

type ValuesOf<Node> = Node extends Field<infer Value> ? Value : { readonly [Key in keyof Node]: ValuesOf<Node[Key]> };

/** Every setting of the process. Durations are milliseconds, sizes bytes. */
export type Settings = ValuesOf<typeof table>;

export function isField(node: SettingsNode): node is Field<unknown> {
  return typeof node.read === 'function';
}

/** Every setting with its dotted path, in the order of the table. */
export function leavesOf(node: SettingsNode = table, path = ''): readonly (readonly [path: string, field: Field<unknown>])[] {
  if (isField(node)) return [[path, node]];
  return Object.entries(node).flatMap(([key, child]) => leavesOf(child, path === '' ? key : `${path}.${key}`));
}
