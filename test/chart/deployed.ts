import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { field, listAt, textAt } from '../scenarios/api.ts';
import type { ApiReader } from '../scenarios/api.ts';
import { not, until } from '../scenarios/until.ts';
import { releaseNamespace } from './helm.ts';
import type { Installed } from './installed.ts';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** The service as the Deployment says it, in a process of its own on this machine. */
export type Deployed = {
  readonly url: string;
  /** The token with which it asks the API server. */
  readonly token: string;
  /** Everything that it logged. */
  log(): string;
  /** SIGTERM, as a node does it; answers the exit status. */
  stop(): Promise<number | null>;
};

/** What a node resolves before it starts a container: variables out of Secrets. */
async function environmentOf(api: ApiReader, container: unknown): Promise<NodeJS.ProcessEnv> {
  const resolved = listAt(container, 'env').map(async (entry) => {
    const secret = await api.get(`/api/v1/namespaces/${releaseNamespace}/secrets/${textAt(entry, 'valueFrom.secretKeyRef.name')}`);
    const data = textAt(secret, `data.${textAt(entry, 'valueFrom.secretKeyRef.key')}`);
    return [textAt(entry, 'name'), Buffer.from(data, 'base64').toString()] as const;
  });
  return Object.fromEntries(await Promise.all(resolved));
}

/** The arguments of the container, where what is mounted from the ConfigMap is a file of this machine. */
async function argumentsOf(api: ApiReader, pod: unknown, folder: string): Promise<readonly string[]> {
  const volume = listAt(pod, 'volumes').find((one) => field(one, 'configMap') !== undefined);
  const name = textAt(volume, 'configMap.name');
  const configMap = await api.get(`/api/v1/namespaces/${releaseNamespace}/configmaps/${name}`);
  const mount = textAt(
    listAt(pod, 'containers.0.volumeMounts').find((one) => one['name'] === volume?.['name']),
    'mountPath',
  );
  const data = field(configMap, 'data') as Readonly<Record<string, string>>;
  for (const [file, text] of Object.entries(data)) await writeFile(join(folder, file), text);
  const args = field(pod, 'containers.0.args') as readonly string[];
  return args.map((text) => (text.startsWith(`${mount}/`) ? join(folder, text.slice(mount.length + 1)) : text));
}

/**
 * Starts what the Deployment describes: its flags, its ConfigMap, its variables, its ServiceAccount's token. Only where this machine is
 * no pod does it differ: the API server's address, and the folder of the clones.
 */
export async function startDeployed(api: ApiReader, installed: Installed): Promise<Deployed> {
  const { folder } = installed;
  const deployment = await api.get(`/apis/apps/v1/namespaces/${releaseNamespace}/deployments/windlass`);
  const pod = field(deployment, 'spec.template.spec');
  const container = field(pod, 'containers.0');
  const account = await installed.account();
  const own = [`--cluster.kubeconfig=${account.file}`, `--git.stateDir=${join(folder, 'state')}`];
  const child = spawn(process.execPath, [cli, 'run', ...(await argumentsOf(api, pod, folder)), ...own], {
    env: { PATH: process.env['PATH'] ?? '', ...(await environmentOf(api, container)) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  // 'exit' may come before the last that it said.
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = `http://127.0.0.1:${String(field(container, 'ports.0.containerPort'))}`;
  const probe = `${url}${textAt(container, 'readinessProbe.httpGet.path')}`;
  await until('the service to be ready', async () => {
    if (child.exitCode !== null) throw new Error(`the service ended:\n${said}`);
    const answer = await fetch(probe).catch(() => undefined);
    return answer?.status === 200 ? true : not(said);
  });
  return {
    url,
    token: account.token,
    log: () => said,
    stop: () => {
      child.kill('SIGTERM');
      return closed;
    },
  };
}
