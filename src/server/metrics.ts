import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What the service counts about itself. Labels are closed words or hosts, never tags, images or Applications: their number has a bound. */
export interface ServiceMetrics {
  /** One run of a loop over one key; milliseconds. */
  observeRun(queue: string, ms: number, outcome: 'ok' | 'failed'): void;
  countRegistryRequest(host: string, outcome: string): void;
  countGit(operation: 'fetch' | 'push', outcome: string): void;
  countCommits(kind: 'raise' | 'lower' | 'hold', commits: number): void;
  countDecision(kind: string): void;
  countVerdict(kind: string): void;
  /** One notification: `taken`, or the status with which it was refused. */
  countWebhook(hook: 'registry' | 'git', outcome: string): void;
  /** Everything in Prometheus' text format, with the lengths of the work queues as they are now. */
  text(depths: Readonly<Record<string, number>>): Promise<string>;
}

/** Counters of one process in a registry of their own. */
export function createServiceMetrics(): ServiceMetrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers: [register] });
  const registryRequests = counter('windlass_registry_requests_total', 'Requests to container registries.', ['host', 'outcome']);
  const gitOperations = counter('windlass_git_operations_total', 'Fetches and pushes.', ['operation', 'outcome']);
  const commits = counter('windlass_git_commits_total', 'Commits that were pushed.', ['kind']);
  const decisions = counter('windlass_decisions_total', 'Decisions about a place, by what was decided.', ['kind']);
  const verdicts = counter('windlass_verdicts_total', 'Verdicts of canaries, by what was found.', ['kind']);
  const webhooks = counter('windlass_webhooks_total', 'Notifications of registries and forges, by what became of them.', [
    'hook',
    'outcome',
  ]);
  const runs = new Histogram({
    name: 'windlass_reconcile_seconds',
    help: 'Time of one run of a loop over one key.',
    labelNames: ['queue', 'outcome'],
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 15, 60],
    registers: [register],
  });
  const depth = new Gauge({
    name: 'windlass_queue_depth',
    help: 'Keys that wait in a work queue.',
    labelNames: ['queue'],
    registers: [register],
  });
  return {
    observeRun: (queue, ms, outcome) => runs.observe({ queue, outcome }, ms / 1000),
    countRegistryRequest: (host, outcome) => registryRequests.inc({ host, outcome }),
    countGit: (operation, outcome) => gitOperations.inc({ operation, outcome }),
    countCommits: (kind, pushed) => commits.inc({ kind }, pushed),
    countDecision: (kind) => decisions.inc({ kind }),
    countVerdict: (kind) => verdicts.inc({ kind }),
    countWebhook: (hook, outcome) => webhooks.inc({ hook, outcome }),
    text(depths) {
      for (const [queue, waiting] of Object.entries(depths)) depth.set({ queue }, waiting);
      return register.metrics();
    },
  };
}
