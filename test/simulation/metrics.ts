import { Failure } from '../../src/kernel/failure.ts';
import type { Measured } from '../../src/metrics/measured.ts';
import type { MetricsPort } from '../../src/reconcile/ports.ts';
import { templateHashLabel } from '../../src/verdict/canary-images.ts';
import type { ModelApiServer } from './api-server.ts';
import type { Life, Machine } from './machine.ts';
import { pulledBy } from './nodes.ts';

export type MetricsFault = 'none' | 'away' | 'not-a-number';

export type MetricsModel = { readonly server: ModelApiServer; readonly isBad: (digest: string) => boolean; fault: MetricsFault };

/** Error ratios by template: high where a pod of the template runs a bad image. */
export function metricsPort(model: MetricsModel, machine: Machine, life: Life): MetricsPort {
  return {
    async measure(metric) {
      await machine.turn(life);
      const { fault } = model;
      const measured = ratioOf(model, /hash="([^"]*)"/.exec(metric.provider.prometheus?.query ?? '')?.[1] ?? '');
      await machine.turn(life);
      if (fault === 'away') throw new Failure('unreachable', 'prometheus.test cannot be reached');
      return fault === 'not-a-number' ? vector([Number.NaN], '[NaN]') : measured;
    },
  };
}

function ratioOf({ server, isBad }: MetricsModel, hash: string): Measured {
  const pods = server.list('Pod').filter((pod) => pod.metadata.labels?.[templateHashLabel] === hash);
  const digests = pods.flatMap(pulledBy);
  if (digests.length === 0) return vector([], '[]');
  return digests.some(isBad) ? vector([0.3], '[0.3]') : vector([0.01], '[0.01]');
}

function vector(value: readonly number[], text: string): Measured {
  return { value: { type: '[]float64', value }, text, metadata: {} };
}
