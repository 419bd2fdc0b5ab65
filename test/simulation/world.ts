import type { Ports } from '../../src/reconcile/ports.ts';
import type { Service } from '../../src/reconcile/service.ts';
import { createService } from '../../src/reconcile/service.ts';
import type { Body } from '../../src/kernel/json.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { ModelApiServer } from './api-server.ts';
import type { ClusterFaults } from './cluster.ts';
import { ModelCluster } from './cluster.ts';
import type { GitModel } from './git.ts';
import { gitPort } from './git.ts';
import type { Life } from './machine.ts';
import { Machine } from './machine.ts';
import type { MetricsModel } from './metrics.ts';
import { metricsPort } from './metrics.ts';
import { ModelNodes } from './nodes.ts';
import type { Random } from './random.ts';
import { createRandom } from './random.ts';
import { ModelRegistry, registryPort } from './registry.ts';
import { ModelRepository } from './repository.ts';
import type { Staged } from './stage.ts';
import { applicationOf, firstFiles, holdsPath, renderPort } from './stage.ts';

const start = Date.parse('2026-03-01T12:00:00.000Z');

type Running = { readonly life: Life; readonly service: Service; readonly cluster: ModelCluster };

/** Everything that one seed makes: model servers, people, and one process of the real loops that may die and come back. */
export class World {
  readonly seed: number;
  readonly random: Random;
  readonly machine: Machine;
  readonly staged: readonly Staged[];
  readonly registry: ModelRegistry;
  readonly repository: ModelRepository;
  readonly server: ModelApiServer;
  readonly nodes: ModelNodes;
  readonly git: GitModel;
  readonly metrics: MetricsModel;
  readonly clusterFaults: ClusterFaults & { odds: number };
  readonly log: string[] = [];
  #running: Running;
  #lives = 0;

  constructor(seed: number, staged: readonly Staged[], race: (world: World) => void) {
    this.seed = seed;
    this.random = createRandom(seed);
    this.machine = new Machine(start, this.random);
    this.staged = staged;
    this.server = new ModelApiServer(() => this.machine.now);
    this.registry = new ModelRegistry(() => this.nodes.pullAgain());
    this.nodes = new ModelNodes(this.server, this.machine, (image) => this.#pull(image));
    this.repository = new ModelRepository(firstFiles(staged, '1.0.0'), start);
    this.git = { repository: this.repository, fault: 'none', race: () => this.random.chance(0.6) && race(this) };
    this.metrics = { server: this.server, isBad: (digest) => this.registry.bad.has(digest), fault: 'none' };
    this.clusterFaults = {
      lagging: false,
      odds: 0,
      failing: () => this.clusterFaults.odds > 0 && this.random.chance(this.clusterFaults.odds),
    };
    for (const { image } of staged) if (!this.registry.tags.has(image)) this.registry.push(image, '1.0.0', true);
    staged.forEach((one) => this.server.create(applicationOf(one)));
    this.#running = this.#startProcess();
  }

  get service(): Service {
    return this.#running.service;
  }

  /** The process dies where it stands, and another one takes its place. */
  crash(): void {
    this.machine.end(this.#running.life);
    this.#running = this.#startProcess();
  }

  lag(lagging: boolean): void {
    this.clusterFaults.lagging = lagging;
    if (!lagging) this.#running.cluster.release();
  }

  rollout(app: Staged): KubeObject | undefined {
    return this.server.get({ group: 'argoproj.io', kind: 'Rollout', namespace: app.name, name: 'web' });
  }

  /** What the kubectl plugin of Argo Rollouts writes. */
  patchRolloutStatus(app: Staged, status: Body): void {
    this.server.patch({ group: 'argoproj.io', kind: 'Rollout', namespace: app.name, name: 'web' }, { status }, 'status');
  }

  #pull(image: string): string | undefined {
    const [named = '', digest] = image.split('@');
    const colon = named.lastIndexOf(':');
    return this.registry.digest(named.slice(0, colon), digest ?? named.slice(colon + 1));
  }

  #startProcess(): Running {
    this.#lives += 1;
    const life: Life = { alive: true, name: `life ${this.#lives}` };
    const cluster = new ModelCluster(this.server, this.machine, life, this.clusterFaults);
    const service = createService({
      ports: this.#ports(life, cluster),
      workers: 4,
      credentials: { secret: () => undefined, secrets: () => [], env: () => undefined },
      update: {
        author: { name: 'windlass', email: 'windlass@noreply.windlass.dev' },
        holdsPath,
        historyLimit: 200,
        registryHosts: [],
        registryPollMs: 120_000,
        claims: { namespaces: ['argocd'] },
        home: 'argocd',
        memoryNamespace: 'windlass',
      },
      sync: { claims: { namespaces: ['argocd'] }, home: 'argocd', gitPollMs: 30_000, intervalMs: 180_000 },
    });
    void service.start(new AbortController().signal);
    return { life, service, cluster };
  }

  #ports(life: Life, cluster: ModelCluster): Ports {
    const { machine } = this;
    const write = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
      this.log.push(`${new Date(machine.now).toISOString()} ${life.name} ${level} ${message} ${JSON.stringify(fields)}`);
    };
    return {
      clock: machine.clockOf(life),
      random: () => this.random.next(),
      newId: () => `id-${this.random.below(1e9)}`,
      log: { info: write('info'), warn: write('warn'), error: write('error'), debug: () => undefined },
      registry: registryPort(this.registry, machine, life),
      git: gitPort(this.git, machine, life),
      render: renderPort(this.repository, machine, life),
      cluster,
      metrics: metricsPort(this.metrics, machine, life),
    };
  }
}
