import { createMetrics } from '../../../src/metrics/create-metrics.ts';
import type { Measured } from '../../../src/metrics/measured.ts';
import { moment, samples } from './samples.ts';
import type { MetricsServer, StartMetrics } from './servers.ts';

/** An answer of the HTTP API: each sample as `name=value,...` of its labels, sorted; or the error without the place in the query. */
export type Said = {
  readonly status: number;
  readonly type: string | undefined;
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly error: string | undefined;
};

type Row = {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: [number, string];
  readonly values?: readonly [number, string][];
};
type Body = {
  readonly data?: { readonly resultType: string; readonly result: readonly Row[] | [number, string] };
  readonly errorType?: string;
  readonly error?: string;
};

/** One server with the contract's samples, asked by hand at their moment, and by our provider now. */
export class MetricsStage {
  readonly #metrics = createMetrics({ allowAddress: () => true });
  #running: MetricsServer | undefined;

  async start(begin: StartMetrics): Promise<void> {
    this.#running = await begin(samples);
  }

  get url(): string {
    if (this.#running === undefined) throw new Error('the metrics server did not start');
    return this.#running.url;
  }

  async stop(): Promise<void> {
    await this.#metrics.close();
    await this.#running?.stop();
  }

  /** Our provider's measurement; `address` is another one than the server's. */
  measure(query: string, address = this.url): Promise<Measured> {
    return this.#metrics.measure({ name: 'm', provider: { prometheus: { address, query } } }, new AbortController().signal);
  }

  async ask(query: string): Promise<Said> {
    const body = new URLSearchParams({ query, time: String(moment / 1000) });
    const response = await fetch(`${this.url}/api/v1/query`, { method: 'POST', body });
    const { data, errorType, error } = (await response.json()) as Body;
    return {
      status: response.status,
      type: data?.resultType,
      values: valuesOf(data?.result ?? []),
      error: error === undefined ? undefined : `${errorType ?? ''}: ${withoutPlace(error)}`,
    };
  }
}

/** `1:5: parse error` is `parse error`: the stand-in does not know places. */
export function withoutPlace(error: string): string {
  return error.replace(/(?:\d+:\d+|unknown position): (?=parse error)/, '');
}

function valuesOf(result: readonly Row[] | [number, string]): Said['values'] {
  if (isSample(result)) return { '': [numberOf(result[1])] };
  return Object.fromEntries(
    result.map(({ metric, value, values = [] }) => {
      const labels = Object.entries(metric).map(([name, text]) => `${name}=${text}`);
      return [labels.toSorted().join(','), [...(value === undefined ? [] : [value]), ...values].map(([, text]) => numberOf(text))];
    }),
  );
}

function isSample(result: readonly Row[] | [number, string]): result is [number, string] {
  return typeof result[0] === 'number';
}

function numberOf(text: string): number {
  const infinite: Readonly<Record<string, number>> = { '+Inf': Infinity, '-Inf': -Infinity };
  return infinite[text] ?? Number(text);
}
