import * as z from 'zod';
import type { Measured } from './measured.ts';

// Prometheus writes a sample as [seconds, text].
const Sample = z.tuple([z.number(), z.string()]);
const Data = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('scalar'), result: Sample }),
  z.object({ resultType: z.literal('string'), result: Sample }),
  z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: Sample })) }),
  z.object({ resultType: z.literal('matrix'), result: z.array(z.object({ values: z.array(Sample) })) }),
]);
const Response = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: Data, warnings: z.array(z.string()).optional() }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);

export type PrometheusAnswer =
  | { readonly kind: 'measured'; readonly measured: Measured }
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'broken'; readonly because: string };

/**
 * Reads an answer of Prometheus' HTTP API (v1) as Argo Rollouts v1.9 does: a scalar is a float64, vectors and matrices are one flat
 * []float64 without labels, text is refused. Warnings become metadata.
 */
export function parsePrometheusResponse(text: string): PrometheusAnswer {
  const parsed = Response.safeParse(jsonOf(text));
  if (!parsed.success) return { kind: 'broken', because: 'the answer is not of the Prometheus API' };
  if (parsed.data.status === 'error') return { kind: 'refused', because: `${parsed.data.errorType}: ${parsed.data.error}` };
  const { data, warnings = [] } = parsed.data;
  const metadata = warnings.length === 0 ? {} : { warnings: warnings.map((warning) => `"${warning}"`).join(', ') };
  if (data.resultType === 'string')
    return { kind: 'refused', because: 'the query answers a string, and a metric must be a scalar, a vector or a matrix' };
  if (data.resultType === 'scalar') {
    const value = sampleValue(data.result[1]);
    return { kind: 'measured', measured: { value: { type: 'float64', value }, text: sampleText(value), metadata } };
  }
  const samples = data.resultType === 'vector' ? data.result.map(({ value }) => value) : data.result.flatMap(({ values }) => values);
  const values = samples.map(([, sample]) => sampleValue(sample));
  return {
    kind: 'measured',
    measured: { value: { type: '[]float64', value: values }, text: `[${values.map(sampleText).join(',')}]`, metadata },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is as little an answer of the API as any other JSON.
    return undefined;
  }
}

function sampleValue(text: string): number {
  const infinite = /^([+-]?)Inf$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return Number(text);
}

/** A sample as Prometheus' model package prints it: all digits, never an exponent; `NaN`, `+Inf`, `-Inf`. */
export function sampleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const [mantissa = '', exponent] = String(Object.is(value, -0) ? '-0' : value).split('e');
  return exponent === undefined ? mantissa : shiftPoint(mantissa, Number(exponent));
}

function shiftPoint(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - whole.length)}${whole}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(exponent, '0')}`;
}
