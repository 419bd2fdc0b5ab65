import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Api } from '../kubernetes/api.ts';
import type { ControlPlanePrograms } from '../kubernetes/control-plane.ts';
import { startControlPlane } from '../kubernetes/control-plane.ts';
import { startKubernetes } from '../kubernetes/server.ts';

/** Whose Kubernetes API the story is played on: the embedded one, or a real control plane. */
export type Grounds = 'sandbox' | 'real';

export type GroundKubernetes = {
  readonly api: Api;
  /** What the start of the story says of it. */
  readonly described: string;
  /** Whether somebody else plays the controllers of ReplicaSets, Deployments and Jobs. */
  readonly hasControllers: boolean;
  kubeconfig(): object;
  stop(): Promise<void>;
};

/** Starts the API. Throws with a sentence where a real one is asked for and its programs are not there. */
export async function startGrounds(grounds: Grounds): Promise<GroundKubernetes> {
  if (grounds === 'sandbox') {
    const server = await startKubernetes();
    const api = { url: server.url, token: server.token };
    return { api, described: 'in memory', hasControllers: false, kubeconfig: () => server.kubeconfig(), stop: () => server.stop() };
  }
  const plane = await startControlPlane(findPrograms(process.env));
  const { url, token, ca } = plane;
  return {
    api: { url, token, ca },
    described: 'kube-apiserver',
    hasControllers: true,
    kubeconfig: () => plane.kubeconfig(),
    stop: () => plane.stop(),
  };
}

/** The programs of a control plane: KUBEBUILDER_ASSETS (envtest's convention), else the folder that `npm run real:install` fills. */
function findPrograms(env: NodeJS.ProcessEnv): ControlPlanePrograms {
  const cache = env['WINDLASS_REAL'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'windlass', 'real');
  const find = (name: string): string => {
    const folders = [env['KUBEBUILDER_ASSETS'] ?? '', cache].filter((folder) => folder !== '');
    const path = folders.map((folder) => join(folder, name)).find((one) => existsSync(one));
    if (path === undefined)
      throw new Error(`--on real: ${name} is neither in KUBEBUILDER_ASSETS nor in ${cache}; npm run real:install brings it`);
    return path;
  };
  return { etcd: find('etcd'), apiServer: find('kube-apiserver'), controllerManager: find('kube-controller-manager') };
}
