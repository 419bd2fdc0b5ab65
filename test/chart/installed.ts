import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealBinaries } from '../contracts/kubernetes/api-servers.ts';
import { startReal } from '../contracts/kubernetes/api-servers.ts';
import { chart, releaseNamespace, runHelm } from './helm.ts';
import type { Recorder } from './requests.ts';
import { startRecorder } from './requests.ts';

/** A real API server, reached over plain HTTP past a recorder, into which the chart was installed by Helm. */
export type Installed = {
  readonly url: string;
  readonly token: string;
  kubeconfig(): object;
  readonly folder: string;
  readonly recorder: Recorder;
  /** `helm upgrade` with these values. */
  upgrade(values: object): Promise<void>;
  /** A kubeconfig file with a token of the release's ServiceAccount, and that token. */
  account(): Promise<{ readonly file: string; readonly token: string }>;
  post(path: string, body: object): Promise<Answer>;
  stop(): Promise<void>;
};

export type Answer = { readonly status?: { readonly token?: string; readonly allowed?: boolean } };

// The strictest of the Pod Security Standards: a pod that breaks it is refused.
const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' };

function kubeconfig(token: string, cluster: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'real',
    clusters: [{ name: 'real', cluster }],
    users: [{ name: 'real', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'real' } }],
  };
}

export async function startInstalled(helm: string, binaries: RealBinaries): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-chart-'));
  const api = await startReal(binaries);
  const recorder = await startRecorder(api);
  const send = async (method: string, path: string, body: object): Promise<Answer> => {
    const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${recorder.url}${path}`, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  // Helm sends no token over plain HTTP.
  const secure = { server: api.url, 'certificate-authority-data': Buffer.from(api.ca ?? '').toString('base64') };
  const admin = join(folder, 'admin');
  await writeFile(admin, JSON.stringify(kubeconfig(api.token, secure)));
  const release = async (command: string, values: object): Promise<void> => {
    const ran = await runHelm(helm, [command, 'windlass', chart, '--namespace', releaseNamespace, '--kubeconfig', admin], values);
    if (!ran.ok) throw new Error(`helm ${command}: ${ran.said}`);
  };
  const stop = async (): Promise<void> => {
    await recorder.stop();
    await api.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await send('POST', '/api/v1/namespaces', { metadata: { name: releaseNamespace, labels: restricted } });
    await release('install', {});
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return {
    url: recorder.url,
    token: api.token,
    kubeconfig: () => kubeconfig(api.token, { server: recorder.url }),
    folder,
    recorder,
    upgrade: (values) => release('upgrade', values),
    async account() {
      const path = `/api/v1/namespaces/${releaseNamespace}/serviceaccounts/windlass/token`;
      const answer = await send('POST', path, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
      const token = answer.status?.token ?? '';
      const file = join(folder, 'account');
      await writeFile(file, JSON.stringify(kubeconfig(token, { server: recorder.url })));
      return { file, token };
    },
    post: (path, body) => send('POST', path, body),
    stop,
  };
}
