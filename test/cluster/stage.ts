import { onTestFinished } from 'vitest';
import { directAccess } from '../../src/cluster/access.ts';
import type { WatchEvent } from '../../src/cluster/answers.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import type { Cluster, ClusterOptions } from '../../src/cluster/cluster.ts';
import type { ObjectRef } from '../../src/kernel/refs.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { startKubernetes } from '../../src/sandbox/kubernetes/server.ts';
import type { KubernetesServer } from '../../src/sandbox/kubernetes/server.ts';

export const never = new AbortController().signal;
export const configMaps = { group: '', kind: 'ConfigMap' };

/** A server with our own view of it, and a second one that a user works with. */
export type Stage = {
  readonly server: KubernetesServer;
  readonly cluster: Cluster;
  readonly user: Cluster;
  /** Every event of the watched kinds, as `modified a`. */
  readonly seen: string[];
  readonly warnings: { readonly code?: unknown; readonly because?: unknown }[];
};

export async function startStage(options: Partial<ClusterOptions> = {}): Promise<Stage> {
  const server = await startKubernetes();
  const access = () => directAccess({ server: server.url, token: server.token });
  const warnings: Stage['warnings'] = [];
  const log = { warn: (fields: Readonly<Record<string, unknown>>) => void warnings.push(fields) };
  const cluster = await createCluster({ name: 'test', access: access(), log, ...options });
  const user = await createCluster({ name: 'test', access: access(), fieldManager: 'user' });
  onTestFinished(async () => {
    await Promise.all([cluster.stop(), user.stop()]);
    await server.stop();
  });
  const seen: string[] = [];
  cluster.onChange((event) => seen.push(describe(event)));
  return { server, cluster, user, seen, warnings };
}

function describe({ type, object }: WatchEvent): string {
  return `${type} ${object.metadata.name}`;
}

export function configMap(name: string, namespace = 'default'): ObjectRef {
  return { cluster: 'test', group: '', kind: 'ConfigMap', namespace, name };
}

/** The first answer that is not undefined, asked now and at every change. */
export function eventually<Value>(cluster: Cluster, look: () => Value | undefined): Promise<Value> {
  return new Promise((resolve) => {
    const check = (): void => {
      const seen = look();
      if (seen === undefined) return;
      stop();
      resolve(seen);
    };
    const stop = cluster.onChange(check);
    check();
  });
}

export function dataOf(object: KubeObject | undefined): Readonly<Record<string, string>> | undefined {
  return object?.['data'] as Readonly<Record<string, string>> | undefined;
}
