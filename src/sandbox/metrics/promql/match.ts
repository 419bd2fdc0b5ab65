import { RE2JS } from 're2js';
import { sentenceOf } from '../../../kernel/failure.ts';
import { parseError } from './refusal.ts';
import type { Matcher } from './tree.ts';

export type Labels = Readonly<Record<string, string>>;

/** Whether a set of labels fits a matcher; a label that is absent is empty, patterns are anchored at both ends. */
export function compileMatcher({ label, operator, value }: Matcher): (labels: Labels) => boolean {
  const read = (labels: Labels): string => (Object.hasOwn(labels, label) ? (labels[label] ?? '') : '');
  if (operator === '=') return (labels) => read(labels) === value;
  if (operator === '!=') return (labels) => read(labels) !== value;
  const pattern = compile(value);
  return (labels) => pattern.matcher(read(labels)).matches() === (operator === '=~');
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (thrown) {
    return parseError(sentenceOf(thrown));
  }
}

/** One text per set of labels, whatever their order. */
export function labelsKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

export function withoutName({ __name__: _name, ...labels }: Labels): Labels {
  return labels;
}
