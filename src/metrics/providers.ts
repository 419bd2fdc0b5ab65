import { notSupportedByPrometheus, prometheus } from './prometheus.ts';
import type { MetricProvider } from './provider.ts';

/** Every metric provider that can be asked, by its field in `provider`. */
export const providers = { prometheus } satisfies Readonly<Record<string, MetricProvider>>;

/** Settings of each provider that are not supported, as paths below it: a canary that needs one does not start. */
export const notSupported = { prometheus: notSupportedByPrometheus } satisfies Readonly<Record<keyof typeof providers, readonly string[]>>;
