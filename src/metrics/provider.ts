import type { Ask } from './ask.ts';
import type { Measured, ResolvedMetric } from './measured.ts';

export type ProviderContext = { readonly ask: Ask; readonly timeoutMs: number; readonly defaultPrometheus: string | undefined };

/** Measures a metric whose `provider` names this entry of the table; throws `Failure` with the sentence of the measurement. */
export type MetricProvider = {
  readonly measure: (metric: ResolvedMetric, context: ProviderContext, signal: AbortSignal) => Promise<Measured>;
};
