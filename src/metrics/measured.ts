import type { Metric } from '../resources/analysis.ts';

/** A value with the Go type that the condition language sees (expr-lang is typed statically). NaN and infinities are ordinary numbers here. */
export type TypedValue =
  | { readonly type: 'float64'; readonly value: number }
  | { readonly type: '*float64'; readonly value: number | null }
  | { readonly type: 'int' | 'int64'; readonly value: number }
  | { readonly type: '[]float64'; readonly value: readonly number[] }
  | { readonly type: '[]string'; readonly value: readonly string[] }
  | { readonly type: 'json'; readonly value: unknown };

/** What a provider answered. `text` is the measurement's `value` field, as Argo Rollouts v1.9 prints it (`[0.97]`, `NaN`, `+Inf`). */
export type Measured = { readonly value: TypedValue; readonly text: string; readonly metadata: Readonly<Record<string, string>> };

/** A metric whose arguments are substituted. */
export type ResolvedMetric = Metric;
