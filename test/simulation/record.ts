import type { WatchEvent } from '../../src/cluster/answers.ts';
import type { Body } from '../../src/kernel/json.ts';
import { isBody, sameJson } from '../../src/kernel/json.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { readResource } from '../../src/resources/meta.ts';
import { AnalysisRun } from '../../src/resources/analysis.ts';
import { ReplicaSet } from '../../src/resources/workload.ts';
import { templateHashLabel } from '../../src/verdict/canary-images.ts';
import { isReady, pulledBy } from './nodes.ts';
import type { ModelCommit } from './repository.ts';
import type { Staged } from './stage.ts';
import type { World } from './world.ts';

/** What an AnalysisRun came to, judged here from its measurements alone. */
export type Finding = {
  readonly id: string;
  readonly app: string;
  readonly kind: 'failed' | 'no-data' | 'error' | 'inconclusive';
  /** In what the canary's template differed from the stable one. */
  readonly changed: 'images' | 'images and more' | 'no image';
  /** What the bot wrote on the run. */
  readonly settled?: string;
  readonly deleted: boolean;
  readonly finalizers: readonly string[];
};

/** What the invariants are about: everything that ever happened, and how things stand. Plain data. */
export type Records = {
  readonly staged: readonly Staged[];
  /** The branch, oldest first. */
  readonly commits: readonly ModelCommit[];
  /** Commits of people that were ever on the branch. */
  readonly foreign: readonly string[];
  readonly branches: readonly string[];
  readonly findings: readonly Finding[];
  /** UIDs of Rollouts that a person aborted. */
  readonly aborted: readonly string[];
  /** `app|image:tag@digest` of what ever ran as stable. */
  readonly stable: ReadonlySet<string>;
  /** `image:tag@digest` that the registry ever served. */
  readonly served: ReadonlySet<string>;
  readonly listed: ReadonlySet<string>;
  /** Sentences about moments in which something was wrong with replicas. */
  readonly replicas: readonly string[];
};

/** Watches the servers from outside, whatever the process does. */
export class Recorder {
  readonly #world: World;
  readonly #findings = new Map<string, Finding>();
  readonly #aborted = new Set<string>();
  readonly #stable = new Set<string>();
  readonly #foreign = new Set<string>();
  readonly #full = new Set<string>();
  readonly #replicas: string[] = [];
  readonly #wanted = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    world.server.listeners.add((event) => this.#hear(event));
  }

  /** A person wrote an abort. */
  personAborted(uid: string): void {
    this.#aborted.add(uid);
  }

  read(): Records {
    const { staged, repository, registry } = this.#world;
    return {
      staged,
      commits: repository.history(),
      foreign: this.#noteForeign(),
      branches: [...repository.branches.keys()],
      findings: [...this.#findings.values()],
      aborted: [...this.#aborted],
      stable: this.#stable,
      served: registry.everServed,
      listed: registry.everListed,
      replicas: this.#replicas,
    };
  }

  #noteForeign(): readonly string[] {
    for (const commit of this.#world.repository.commits.values()) if (commit.witness === undefined) this.#foreign.add(commit.sha);
    return [...this.#foreign];
  }

  #hear({ type, object }: WatchEvent): void {
    if (object.kind === 'AnalysisRun') this.#noteRun(object, type === 'deleted');
    if (object.kind === 'ReplicaSet' && type !== 'deleted') this.#noteScale(object);
    if (object.kind === 'Pod' || object.kind === 'Rollout') this.#notePods(object.metadata.namespace ?? '');
    if (object.kind === 'Rollout' && statusOf(object)['abort'] === true) this.#aborted.add(object.metadata.uid ?? '');
  }

  #noteRun(object: KubeObject, deleted: boolean): void {
    const read = readResource(AnalysisRun, object);
    const kind = read.kind === 'read' ? kindOf(read.resource.view) : undefined;
    if (kind === undefined) return;
    const [id, app] = [object.metadata.uid ?? '', object.metadata.namespace ?? ''];
    const changed = this.#findings.get(id)?.changed ?? this.#changeOf(app, object.metadata.labels?.[templateHashLabel]);
    this.#findings.set(id, { id, app, kind, changed, deleted, ...settlementOf(object) });
  }

  #rollout(app: string): KubeObject | undefined {
    return this.#world.server.list('Rollout', app)[0];
  }

  #setOf(app: string, hash: unknown): KubeObject | undefined {
    return this.#world.server.list('ReplicaSet', app).find((set) => set.metadata.labels?.[templateHashLabel] === hash);
  }

  #changeOf(app: string, hash: string | undefined): Finding['changed'] {
    const [canary, stable] = [hash, statusOf(this.#rollout(app))['stableRS']].map((each) => this.#setOf(app, each)?.['spec']);
    if (!isBody(canary) || !isBody(stable)) return 'images';
    const [ours, theirs] = [containerOf(canary['template']), containerOf(stable['template'])];
    if (ours['image'] === theirs['image']) return 'no image';
    return sameJson(ours['env'], theirs['env']) ? 'images' : 'images and more';
  }

  #notePods(app: string): void {
    const rollout = this.#rollout(app);
    const pods = this.#world.server.list('Pod', app).filter(isReady);
    if (pods.length >= 5) this.#full.add(app);
    else if (this.#full.has(app)) this.#say(`${app}: ${pods.length} of 5 pods are ready`);
    const stable = statusOf(rollout)['stableRS'];
    for (const pod of pods.filter((each) => each.metadata.labels?.[templateHashLabel] === stable)) {
      for (const digest of pulledBy(pod)) this.#stable.add(`${app}|${imageOf(pod)}@${digest}`);
    }
  }

  #noteScale(object: KubeObject): void {
    const read = readResource(ReplicaSet, object);
    if (read.kind !== 'read') return;
    const { uid = '', namespace: app = '', labels } = object.metadata;
    const [before, wanted] = [this.#wanted.get(uid) ?? 0, read.resource.view.spec.replicas ?? 0];
    this.#wanted.set(uid, wanted);
    const hash = labels?.[templateHashLabel];
    if (wanted > before && isAbortedCanary(statusOf(this.#rollout(app)), hash)) {
      this.#say(`${app}: the aborted canary ${hash ?? ''} goes from ${before} to ${wanted} replicas`);
    }
  }

  #say(sentence: string): void {
    this.#replicas.push(`${new Date(this.#world.machine.now).toISOString()} ${sentence}`);
  }
}

type Status = { readonly [field: string]: unknown; readonly replicas?: number };

export function statusOf(object: KubeObject | undefined): Status {
  return isBody(object?.['status']) ? object['status'] : {};
}

function settlementOf({ metadata }: KubeObject): Pick<Finding, 'settled' | 'finalizers'> {
  const settled = metadata.annotations?.['windlass.dev/settled'];
  return { finalizers: metadata.finalizers ?? [], ...(settled === undefined ? {} : { settled }) };
}

function isAbortedCanary(status: Status, hash: string | undefined): boolean {
  const stopped = status['abort'] === true && typeof status['abortedAt'] === 'string' && status['promoteFull'] !== true;
  return stopped && hash === status['currentPodHash'] && hash !== status['stableRS'];
}

function kindOf({ status }: AnalysisRun): Finding['kind'] | undefined {
  const values = (status?.metricResults ?? []).flatMap((result) => result.measurements ?? []).filter(({ phase }) => phase === 'Failed');
  const finite = values.some(({ value }) => /^\[\d+(\.\d+)?\]$/.test(value ?? ''));
  if (status?.phase === 'Failed') return finite ? 'failed' : 'no-data';
  if (status?.phase === 'Error') return 'error';
  return status?.phase === 'Inconclusive' ? 'inconclusive' : undefined;
}

function containerOf(template: unknown): Body {
  const spec = isBody(template) && isBody(template['spec']) ? template['spec'] : {};
  const containers: unknown = spec['containers'];
  const container: unknown = Array.isArray(containers) ? containers[0] : undefined;
  return isBody(container) ? container : {};
}

export function imageOf(pod: KubeObject): string {
  return String(containerOf(pod)['image']);
}
