import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGitRemote } from '../src/sandbox/git-remote/start-git-remote.ts';
import { startKubernetes } from '../src/sandbox/kubernetes/server.ts';
import { startRegistry } from '../src/sandbox/registry/start-registry.ts';

/** What the servers were asked so far: the registry by method and route, the remote by refs and pushes. */
export type Asked = { readonly registry: Readonly<Record<string, number>>; readonly refs: number; readonly pushes: number };

type Addresses = {
  readonly registry: { readonly url: string; readonly host: string };
  readonly api: { readonly url: string; readonly token: string };
  readonly repoUrl: string;
  readonly bare: string;
};

/** Registry, Git remote and Kubernetes API in a process of their own, so that their time and memory are not the service's. */
export type Servers = Addresses & { asked(): Promise<Asked>; stop(): Promise<void> };

export async function startServers(folder: string): Promise<Servers> {
  const child = fork(fileURLToPath(import.meta.url), [folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const answer = <Message>(): Promise<Message> =>
    new Promise((resolve, reject) => {
      const ended = () => reject(new Error('the servers ended'));
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        resolve(message as Message);
      });
    });
  const addresses = await answer<Addresses>();
  return {
    ...addresses,
    asked() {
      const asked = answer<Asked>();
      child.send('asked');
      return asked;
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await ended;
    },
  };
}

async function serve(folder: string): Promise<void> {
  const [registry, remote, kubernetes] = await Promise.all([
    startRegistry(),
    startGitRemote({ folder: join(folder, 'remote') }),
    startKubernetes(),
  ]);
  const repoUrl = remote.url('config.git');
  process.on('message', () =>
    process.send?.({ registry: Object.fromEntries(registry.requests), refs: remote.requests.refs, pushes: remote.requests.pushes }),
  );
  process.once('disconnect', () => process.exit(0));
  process.send?.({
    registry: { url: registry.url, host: registry.host },
    api: { url: kubernetes.url, token: kubernetes.token },
    repoUrl,
    bare: remote.repository('config.git'),
  });
}

const [, script, folder] = process.argv;
if (script === fileURLToPath(import.meta.url) && folder !== undefined) await serve(folder);
