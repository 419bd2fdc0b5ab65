import { isBody } from '../../src/kernel/json.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { controllerReference, readResource } from '../../src/resources/meta.ts';
import { Pod, ReplicaSet } from '../../src/resources/workload.ts';
import type { ModelApiServer } from './api-server.ts';
import { whereOf } from './api-server.ts';
import type { Machine } from './machine.ts';

/** Plays ReplicaSet controller and kubelet: each ReplicaSet gets its pods, and those whose image can be pulled become ready. */
export class ModelNodes {
  readonly #server: ModelApiServer;
  readonly #machine: Machine;
  readonly #pull: (image: string) => string | undefined;
  #pods = 0;

  constructor(server: ModelApiServer, machine: Machine, pull: (image: string) => string | undefined) {
    this.#server = server;
    this.#machine = machine;
    this.#pull = pull;
    server.listeners.add(({ object }) => this.#hear(object));
  }

  /** Pods that wait for their image try again. */
  pullAgain(): void {
    for (const pod of this.#server.list('Pod')) this.#machine.later(() => this.#startPod(pod));
  }

  podsOf(set: KubeObject): readonly KubeObject[] {
    return this.#server
      .list('Pod', set.metadata.namespace)
      .filter((pod) => (pod.metadata.ownerReferences ?? []).some((owner) => owner.uid === set.metadata.uid));
  }

  #hear(object: KubeObject): void {
    if (object.kind === 'ReplicaSet') this.#machine.later(() => this.#reconcile(object));
    if (object.kind !== 'Pod') return;
    const owner = object.metadata.ownerReferences?.[0];
    const set = this.#server.list('ReplicaSet', object.metadata.namespace).find((each) => each.metadata.uid === owner?.uid);
    if (set !== undefined) this.#machine.later(() => this.#reconcile(set));
  }

  #reconcile(seen: KubeObject): void {
    const set = this.#server.get(whereOf(seen));
    const read = set === undefined ? undefined : readResource(ReplicaSet, set);
    if (set === undefined || read?.kind !== 'read') return;
    const wanted = read.resource.view.spec.replicas ?? 1;
    const pods = [...this.podsOf(set)].sort((left, right) => Number(isReady(left)) - Number(isReady(right)));
    if (pods.length < wanted) this.#createPod(set, read.resource.view);
    else if (pods.length > wanted) this.#server.remove(whereOf(pods[0]!));
    else this.#report(set, pods);
  }

  #createPod(set: KubeObject, { spec }: ReplicaSet): void {
    this.#pods += 1;
    const pod: KubeObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${set.metadata.name}-${this.#pods}`,
        namespace: set.metadata.namespace,
        labels: spec.template.metadata?.labels ?? {},
        ownerReferences: [readOwner(set)],
      },
      spec: spec.template.spec,
    };
    const created = this.#server.create(pod);
    if (created.kind === 'done' && created.object !== undefined) {
      const { object } = created;
      this.#machine.later(() => this.#startPod(object));
    }
  }

  #startPod(seen: KubeObject): void {
    const pod = this.#server.get(whereOf(seen));
    if (pod === undefined || isReady(pod)) return;
    const [container] = readPod(pod).spec?.containers ?? [];
    const image = container?.image ?? '';
    const digest = this.#pull(image);
    if (container === undefined || digest === undefined) return;
    const named = image.split('@', 1)[0] ?? '';
    const imageID = `${named.slice(0, named.lastIndexOf(':'))}@${digest}`;
    const containerStatuses = [{ name: container.name, image, imageID, ready: true }];
    this.#server.patch(whereOf(pod), { status: { phase: 'Running', containerStatuses } }, 'status');
  }

  #report(set: KubeObject, pods: readonly KubeObject[]): void {
    const ready = pods.filter(isReady).length;
    const status = {
      replicas: pods.length,
      readyReplicas: ready === 0 ? null : ready,
      availableReplicas: ready === 0 ? null : ready,
      observedGeneration: set.metadata.generation,
    };
    this.#server.patch(whereOf(set), { status }, 'status');
  }
}

export function isReady(pod: KubeObject): boolean {
  return (readPod(pod).status?.containerStatuses ?? []).some((status) => status.ready === true);
}

/** What the containers of a pod pulled. */
export function pulledBy(pod: KubeObject): readonly string[] {
  return (readPod(pod).status?.containerStatuses ?? []).flatMap(({ imageID }) => imageID?.split('@')[1] ?? []);
}

function readPod(pod: KubeObject): Pod {
  const read = readResource(Pod, pod);
  if (read.kind !== 'read') throw new Error(`a pod cannot be read: ${JSON.stringify(read.problems)}`);
  return read.resource.view;
}

function readOwner(set: KubeObject): NonNullable<KubeObject['metadata']['ownerReferences']>[number] {
  const { apiVersion, kind, name, uid } = { ...set, ...set.metadata };
  const reference = controllerReference(set);
  if (!isBody(reference) || uid === undefined) throw new Error('a ReplicaSet without a uid');
  return { apiVersion, kind, name, uid, controller: true };
}
