import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { Agent, request } from 'undici';
import { startKubernetes } from '../../../src/sandbox/kubernetes/server.ts';
import { counterpart } from '../../real/counterparts.ts';

/** A running API server. `compact` where it can be done from outside. */
export type ApiServer = {
  readonly url: string;
  readonly token: string;
  readonly ca?: string;
  readonly compact?: () => void;
  readonly stop: () => Promise<void>;
};

/** The programs of a control plane; the controller manager collects garbage and empties namespaces. */
export type RealBinaries = { readonly apiServer: string; readonly etcd: string; readonly controllerManager: string | undefined };

/** kube-apiserver and etcd, and what else of a control plane is at hand; undefined where there is none. */
export const realBinaries = findBinaries();

function findBinaries(): RealBinaries | undefined {
  const [apiServer, etcd] = [counterpart('kube-apiserver'), counterpart('etcd')];
  return apiServer === undefined || etcd === undefined
    ? undefined
    : { apiServer, etcd, controllerManager: counterpart('kube-controller-manager') };
}

/** Whether the controller manager is among them. */
export function hasControllers({ controllerManager }: RealBinaries): boolean {
  return controllerManager !== undefined;
}

export async function startMemory(): Promise<ApiServer> {
  const server = await startKubernetes();
  return { url: server.url, token: server.token, compact: () => server.compact(), stop: () => server.stop() };
}

/** etcd, kube-apiserver and, where it is at hand, kube-controller-manager with the collectors only, on free ports of loopback. */
export async function startReal(binaries: RealBinaries): Promise<ApiServer> {
  const home = await mkdtemp(join(tmpdir(), 'windlass-real-'));
  const children: ChildProcess[] = [];
  const run = (path: string, args: readonly string[]): void => {
    children.push(spawn(path, args, { stdio: 'ignore', env: { HOME: home } }));
  };
  const [client = 0, peer = 0, secure = 0] = await freePorts(3);
  const token = 'contract-admin';
  await writeFile(join(home, 'tokens.csv'), `${token},admin,1,"system:masters"\n`);
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await writeFile(join(home, 'sa.pub'), keys.publicKey);
  await writeFile(join(home, 'sa.key'), keys.privateKey);
  const etcd = `http://127.0.0.1:${client}`;
  const peers = `http://127.0.0.1:${peer}`;
  run(binaries.etcd, [
    ...['--name=s1', `--data-dir=${home}/etcd`, `--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`],
    ...[`--listen-peer-urls=${peers}`, `--initial-advertise-peer-urls=${peers}`, `--initial-cluster=s1=${peers}`, '--unsafe-no-fsync'],
  ]);
  const url = `https://127.0.0.1:${secure}`;
  run(binaries.apiServer, [
    ...[`--etcd-servers=${etcd}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', '--endpoint-reconciler-type=none'],
    ...[`--secure-port=${secure}`, `--cert-dir=${home}/certs`, '--service-cluster-ip-range=10.0.0.0/24', '--authorization-mode=RBAC'],
    ...[`--token-auth-file=${home}/tokens.csv`, `--service-account-issuer=${url}`],
    ...[`--service-account-key-file=${home}/sa.pub`, `--service-account-signing-key-file=${home}/sa.key`],
  ]);
  const stop = async (): Promise<void> => {
    for (const child of children) {
      const gone = child.exitCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await gone;
    }
    await rm(home, { recursive: true, force: true });
  };
  try {
    const ca = await untilReady(url, token, join(home, 'certs/apiserver.crt'));
    if (binaries.controllerManager !== undefined) {
      await writeFile(join(home, 'kubeconfig'), JSON.stringify(kubeconfig(url, token, ca)));
      run(binaries.controllerManager, [
        ...[`--kubeconfig=${home}/kubeconfig`, '--leader-elect=false', '--secure-port=0', '--kube-api-qps=200', '--kube-api-burst=400'],
        '--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller',
      ]);
    }
    return { url, token, ca, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

function kubeconfig(server: string, token: string, ca: string): object {
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'c', user: { token } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
  };
}

async function untilReady(url: string, token: string, caFile: string): Promise<string> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const ready = existsSync(caFile) && (await answersReady(url, token, await readFile(caFile, 'utf8')));
    if (ready) return readFile(caFile, 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the real API server was not ready within a minute');
}

async function answersReady(url: string, token: string, ca: string): Promise<boolean> {
  const dispatcher = new Agent({ connect: { ca } });
  try {
    const { statusCode, body } = await request(`${url}/readyz`, { dispatcher, headers: { authorization: `Bearer ${token}` } });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  } finally {
    await dispatcher.close();
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
