import { collectors, startControlPlane } from '../../../src/sandbox/kubernetes/control-plane.ts';
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

/** A real control plane on loopback, where a controller manager collects garbage and empties namespaces and does nothing else. */
export async function startReal({ etcd, apiServer, controllerManager }: RealBinaries): Promise<ApiServer> {
  return startControlPlane({ etcd, apiServer, ...(controllerManager === undefined ? {} : { controllerManager }) }, collectors);
}
