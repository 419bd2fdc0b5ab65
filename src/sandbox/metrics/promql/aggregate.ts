import type { Sample, Value } from './value.ts';
import { type Labels, labelsKey, withoutName } from './match.ts';
import { parseError, typeName } from './refusal.ts';
import type { Aggregation } from './tree.ts';

type Reduce = (values: readonly number[]) => number;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** NaN is the answer only where there is nothing else. */
function extreme(pick: (left: number, right: number) => number): Reduce {
  return (values) =>
    values.reduce(
      (kept, value) => (Number.isNaN(kept) || Number.isNaN(value) ? (Number.isNaN(kept) ? value : kept) : pick(kept, value)),
      NaN,
    );
}

const reductions: Readonly<Record<string, Reduce>> = {
  sum,
  avg: (values) => sum(values) / values.length,
  count: (values) => values.length,
  min: extreme(Math.min),
  max: extreme(Math.max),
};

/** Groups the samples of a vector by labels and reduces each group; nothing stays nothing. */
export function aggregate({ operator, grouping }: Aggregation, value: Value): Value {
  const reduce = reductions[operator];
  if (value.kind !== 'vector' || reduce === undefined)
    return parseError(`expected type instant vector in aggregation expression, got ${typeName(value.kind)}`);
  const groups = new Map<string, { readonly labels: Labels; readonly values: number[] }>();
  for (const sample of value.samples) {
    const labels = groupLabels(sample, grouping);
    const group = groups.get(labelsKey(labels)) ?? { labels, values: [] };
    group.values.push(sample.value);
    groups.set(labelsKey(labels), group);
  }
  return { kind: 'vector', samples: Array.from(groups.values(), ({ labels, values }) => ({ labels, value: reduce(values) })) };
}

function groupLabels({ labels }: Sample, { by, labels: names }: Aggregation['grouping']): Labels {
  const kept = Object.entries(by ? labels : withoutName(labels)).filter(([name]) => names.includes(name) === by);
  return Object.fromEntries(kept);
}
