import { prometheus } from './prometheus.ts';
import type { MetricProvider } from './provider.ts';

/** Every metric provider that can be asked, by its field in `provider`. */
export const providers = { prometheus } satisfies Readonly<Record<string, MetricProvider>>;
