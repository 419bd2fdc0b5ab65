import type { Point } from './value.ts';

/**
 * How much a counter grew within a range that ends at `at` (epoch milliseconds), as Prometheus' increase() says it: a fall is a reset to
 * zero; the growth between the first and the last point is stretched to the edges of the range, where a point is missing at an edge by
 * half of the usual distance, and never to before the moment at which the counter would have been zero. Undefined for fewer than two points.
 */
export function growth(points: readonly Point[], { at, rangeMs }: { readonly at: number; readonly rangeMs: number }): number | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.at === first.at) return undefined;
  const grown = points.reduce((sum, point, index) => sum + stepTo(point, points[index - 1]), 0);
  const sampled = (last.at - first.at) / 1000;
  const usual = sampled / (points.length - 1);
  const toEdge = (gap: number): number => (gap >= usual * 1.1 ? usual / 2 : gap);
  const toStart = toEdge((first.at - (at - rangeMs)) / 1000);
  const toZero = grown > 0 && first.value >= 0 ? sampled * (first.value / grown) : toStart;
  return grown * ((sampled + Math.min(toStart, toZero) + toEdge((at - last.at) / 1000)) / sampled);
}

function stepTo(point: Point, before: Point | undefined): number {
  if (before === undefined) return 0;
  return point.value < before.value ? point.value : point.value - before.value;
}
