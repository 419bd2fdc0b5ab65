import type { Sample, Value } from './value.ts';
import { labelsKey, withoutName } from './match.ts';
import { comparisons } from './parse.ts';
import { parseError, QueryRefusal } from './refusal.ts';
import type { Binary } from './tree.ts';

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
};

const tests: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '<=': (left, right) => left <= right,
};

type Operand = Extract<Value, { kind: 'scalar' | 'vector' }>;

/** Combines two sides: scalars with each other or with every sample, vectors one to one by all labels but the name. */
export function combine(node: Binary, left: Value, right: Value): Value {
  if (node.operator === 'or') return unite(left, right);
  const [first, second] = [operand(left), operand(right)];
  if (first.kind === 'scalar' && second.kind === 'scalar') return combineScalars(node, first.value, second.value);
  return { kind: 'vector', samples: pairs(first, second).flatMap((pair) => combinePair(node, pair)) };
}

function operand(value: Value): Operand {
  if (value.kind === 'scalar' || value.kind === 'vector') return value;
  return parseError('binary expression must contain only scalar and instant vector types');
}

function combineScalars({ operator, bool }: Binary, left: number, right: number): Value {
  const calculate = arithmetic[operator];
  if (calculate !== undefined) return { kind: 'scalar', value: calculate(left, right) };
  if (!bool) parseError('comparisons between scalars must use BOOL modifier');
  return { kind: 'scalar', value: Number(tests[operator]?.(left, right) === true) };
}

/** Two numbers that belong together; `kept` is the sample that a filter lets through. */
type Pair = { readonly kept: Sample; readonly left: number; readonly right: number };

function pairs(left: Operand, right: Operand): readonly Pair[] {
  if (left.kind === 'vector' && right.kind === 'vector') return matched(left.samples, right.samples);
  const samples = left.kind === 'vector' ? left.samples : right.kind === 'vector' ? right.samples : [];
  return samples.map((sample) => ({
    kept: sample,
    left: left.kind === 'scalar' ? left.value : sample.value,
    right: right.kind === 'scalar' ? right.value : sample.value,
  }));
}

function matched(left: readonly Sample[], right: readonly Sample[]): readonly Pair[] {
  const rights = index(right);
  const taken = new Set<string>();
  return left.flatMap((sample) => {
    const key = signature(sample);
    const other = rights.get(key);
    if (other === undefined) return [];
    if (taken.has(key)) {
      throw new QueryRefusal('execution', 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)');
    }
    taken.add(key);
    return [{ kept: sample, left: sample.value, right: other.value }];
  });
}

function index(samples: readonly Sample[]): ReadonlyMap<string, Sample> {
  const found = new Map<string, Sample>();
  for (const sample of samples) {
    const key = signature(sample);
    if (found.has(key)) {
      throw new QueryRefusal(
        'execution',
        `found duplicate series for the match group ${matchGroup(sample)} on the right hand-side of the operation: many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    }
    found.set(key, sample);
  }
  return found;
}

/** `{code="500", pod="a"}`. */
function matchGroup({ labels }: Sample): string {
  const named = Object.entries(withoutName(labels)).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${named.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}

function signature({ labels }: Sample): string {
  return labelsKey(withoutName(labels));
}

function combinePair({ operator, bool }: Binary, { kept, left, right }: Pair): readonly Sample[] {
  const labels = withoutName(kept.labels);
  if (!comparisons.has(operator)) return [{ labels, value: arithmetic[operator]?.(left, right) ?? NaN }];
  const holds = tests[operator]?.(left, right) === true;
  if (bool) return [{ labels, value: Number(holds) }];
  return holds ? [kept] : [];
}

/** All samples of the left side, and those of the right whose labels the left side does not have. */
function unite(left: Value, right: Value): Value {
  if (left.kind !== 'vector' || right.kind !== 'vector') return parseError('set operator "or" not allowed in binary scalar expression');
  const known = new Set(left.samples.map(signature));
  return { kind: 'vector', samples: [...left.samples, ...right.samples.filter((sample) => !known.has(signature(sample)))] };
}
