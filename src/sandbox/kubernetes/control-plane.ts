import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../free-ports.ts';
import { createApi } from './api.ts';
import type { Api } from './api.ts';

/** Paths of the programs. Without a controller manager nothing collects garbage, and nothing makes pods of ReplicaSets. */
export type ControlPlanePrograms = { readonly etcd: string; readonly apiServer: string; readonly controllerManager?: string };

export type ControlPlane = Api & {
  readonly ca: string;
  /** A kubeconfig as an object. */
  kubeconfig(): object;
  stop(): Promise<void>;
};

const allControllers = [
  ...['deployment-controller', 'replicaset-controller', 'job-controller', 'endpoints-controller', 'endpointslice-controller'],
  ...['garbage-collector-controller', 'namespace-controller', 'serviceaccount-controller', 'disruption-controller'],
];

/** The controllers that tidy up after others, and touch no workload. */
export const collectors = ['garbage-collector-controller', 'namespace-controller', 'serviceaccount-controller'];

type Home = { readonly folder: string; readonly url: string; readonly etcd: string; readonly peers: string; readonly token: string };

const startAttempts = 3;

/** A program that ended before the server was ready. */
class EndedEarly extends Error {}

/**
 * etcd, kube-apiserver and kube-controller-manager (1.34) as processes on free ports of loopback, with nothing in them. A port may be taken
 * between being found free and being listened on: what ends at once is started again, with other ports.
 */
export async function startControlPlane(
  programs: ControlPlanePrograms,
  controllers: readonly string[] = allControllers,
): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(programs, controllers);
    } catch (thrown) {
      if (!(thrown instanceof EndedEarly) || attempt === startAttempts) throw thrown;
    }
  }
}

async function startOnce(programs: ControlPlanePrograms, controllers: readonly string[]): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-control-plane-'));
  const [client = 0, peer = 0, secure = 0] = await freePorts(3);
  const address = (port: number) => `http://127.0.0.1:${port}`;
  const url = `https://127.0.0.1:${secure}`;
  const home: Home = { folder, url, etcd: address(client), peers: address(peer), token: 'loopback-admin' };
  const children: ChildProcess[] = [];
  // With an environment of their own: etcd takes every ETCD_ variable for configuration.
  const run = (program: string, args: readonly string[]) => children.push(spawn(program, args, { stdio: 'ignore', env: { HOME: folder } }));
  const stop = async (): Promise<void> => {
    // An API server that has open watches takes a minute to end by itself.
    await Promise.all(children.map((child) => ended(child)));
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    await writeSecrets(home);
    run(programs.etcd, etcdArguments(home));
    run(programs.apiServer, apiServerArguments(home, secure));
    const ca = await untilReady(home, children);
    const described = kubeconfigOf(home, ca);
    await writeFile(join(folder, 'kubeconfig'), JSON.stringify(described));
    if (programs.controllerManager !== undefined) run(programs.controllerManager, managerArguments(home, controllers));
    return { url, token: home.token, ca, kubeconfig: () => described, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  child.kill('SIGKILL');
  await gone;
}

async function writeSecrets({ folder, token }: Home): Promise<void> {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await Promise.all([
    writeFile(join(folder, 'tokens.csv'), `${token},admin,1,"system:masters"\n`),
    writeFile(join(folder, 'sa.pub'), keys.publicKey),
    writeFile(join(folder, 'sa.key'), keys.privateKey),
  ]);
}

function etcdArguments({ folder, etcd, peers }: Home): readonly string[] {
  return [
    ...['--name=s1', `--data-dir=${folder}/etcd`, `--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`, '--unsafe-no-fsync'],
    ...[`--listen-peer-urls=${peers}`, `--initial-advertise-peer-urls=${peers}`, `--initial-cluster=s1=${peers}`],
  ];
}

function apiServerArguments({ folder, url, etcd }: Home, port: number): readonly string[] {
  return [
    ...[`--etcd-servers=${etcd}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', '--endpoint-reconciler-type=none'],
    ...[`--secure-port=${port}`, `--cert-dir=${folder}/certs`, '--service-cluster-ip-range=10.0.0.0/24', '--authorization-mode=RBAC'],
    ...[`--token-auth-file=${folder}/tokens.csv`, `--service-account-issuer=${url}`],
    ...[`--service-account-key-file=${folder}/sa.pub`, `--service-account-signing-key-file=${folder}/sa.key`],
  ];
}

function managerArguments({ folder }: Home, controllers: readonly string[]): readonly string[] {
  return [
    ...[`--kubeconfig=${folder}/kubeconfig`, '--leader-elect=false', '--secure-port=0', '--kube-api-qps=200', '--kube-api-burst=400'],
    ...[`--service-account-private-key-file=${folder}/sa.key`, `--root-ca-file=${folder}/certs/apiserver.crt`, '--concurrent-gc-syncs=5'],
    `--controllers=${controllers.join(',')}`,
  ];
}

function kubeconfigOf({ url, token }: Home, ca: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'loopback',
    clusters: [{ name: 'loopback', cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'loopback', context: { cluster: 'loopback', user: 'admin' } }],
  };
}

const readyAttempts = 450;
const attemptEveryMs = 200;

/** Waits for the server's certificate, which is its own authority, and for its word that it is ready. */
async function untilReady({ folder, url, token }: Home, children: readonly ChildProcess[]): Promise<string> {
  const file = join(folder, 'certs/apiserver.crt');
  for (let attempt = 0; attempt < readyAttempts; attempt += 1) {
    const gone = children.find((child) => child.exitCode !== null || child.signalCode !== null);
    if (gone !== undefined)
      throw new EndedEarly(`${gone.spawnfile} ended with ${gone.signalCode ?? String(gone.exitCode)} before it was ready`);
    const ca = existsSync(file) ? await readFile(file, 'utf8') : undefined;
    const ready =
      ca !== undefined &&
      (await createApi({ url, token, ca })('/readyz').then(
        ({ ok }) => ok,
        () => false,
      ));
    if (ready) return ca;
    await new Promise((resolve) => setTimeout(resolve, attemptEveryMs));
  }
  throw new Error(`kube-apiserver was not ready within ${(readyAttempts * attemptEveryMs) / 1000} s`);
}
