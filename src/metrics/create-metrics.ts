import { Failure } from '../kernel/failure.ts';
import { describeProblem } from '../kernel/problem.ts';
import { lookUp } from '../kernel/table.ts';
import type { AllowAddress } from '../egress/addresses.ts';
import { createAsk } from './ask.ts';
import type { Measured, ResolvedMetric } from './measured.ts';
import type { MetricProvider, ProviderContext } from './provider.ts';
import { providers } from './providers.ts';

export type MetricsOptions = {
  /** For metrics without a timeout of their own; 30 seconds where absent, as in Argo Rollouts v1.9. */
  readonly timeoutMs?: number;
  /** For Prometheus metrics without an address. */
  readonly defaultPrometheus?: string;
  /** Permits an address that is refused otherwise: loopback, link-local and private ones. Absent: none is permitted. */
  readonly allowAddress?: AllowAddress;
};

export type Metrics = {
  readonly measure: (metric: ResolvedMetric, signal: AbortSignal) => Promise<Measured>;
  readonly close: () => Promise<void>;
};

/** Reads metrics from their providers. `measure` throws `Failure` with the sentence that becomes the measurement's message. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { ask, close } = createAsk(options.allowAddress ?? (() => false));
  const context: ProviderContext = { ask, timeoutMs: options.timeoutMs ?? 30_000, defaultPrometheus: options.defaultPrometheus };
  // Async, so that a refusal is a rejected promise like every other failure.
  return { measure: async (metric, signal) => providerOf(metric).measure(metric, context, signal), close };
}

function providerOf({ name, provider }: ResolvedMetric): MetricProvider {
  const named = Object.keys(provider).filter((key) => provider[key] !== undefined);
  const found = lookUp<MetricProvider>(providers, named[0] ?? '', `metric ${name}: provider`);
  if ('problem' in found) throw new Failure('unsupported', describeProblem(found.problem));
  return found.entry;
}
