import type { Labels } from './match.ts';

export type Point = { readonly at: number; readonly value: number };

/** A time series: points in ascending order of time (epoch milliseconds). `endedAt`: its target is gone since then. */
export type Series = { readonly labels: Labels; readonly points: readonly Point[]; readonly endedAt?: number };

export type Sample = { readonly labels: Labels; readonly value: number };

export type Value =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'vector'; readonly samples: readonly Sample[] }
  | { readonly kind: 'matrix'; readonly series: readonly Series[]; readonly rangeMs: number };
