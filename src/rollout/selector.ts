import { isBody } from '../kernel/json.ts';
import type { Problem } from '../kernel/problem.ts';
import type { Rollout } from '../resources/rollout.ts';

type Selector = Rollout['spec']['selector'];
type Labels = Readonly<Record<string, string>>;

/** One demand of a selector on labels; `text` as the API server writes it. */
type Requirement = { readonly key: string; readonly text: string; readonly isMet: (value: string | undefined) => boolean };

type Operator = {
  readonly hasValues: boolean;
  readonly text: string;
  readonly isMet: (value: string | undefined, values: Values) => boolean;
};
type Values = readonly string[];

const operators: Readonly<Record<string, Operator>> = {
  In: { hasValues: true, text: ' in ', isMet: (value, values) => value !== undefined && values.includes(value) },
  NotIn: { hasValues: true, text: ' notin ', isMet: (value, values) => value === undefined || !values.includes(value) },
  Exists: { hasValues: false, text: '', isMet: (value) => value !== undefined },
  DoesNotExist: { hasValues: false, text: '!', isMet: (value) => value === undefined },
};

/** A Rollout's selector as one text, `app=web,tier in (a,b)`: what the scale subresource answers (Kubernetes' FormatLabelSelector). */
export function selectorText(selector: Selector): string {
  return requirementsOf(selector)
    .toSorted((left, right) => (left.key === right.key ? compare(left.text, right.text) : compare(left.key, right.key)))
    .map(({ text }) => text)
    .join(',');
}

/** Whether labels meet every demand. A selector without any, or with one that cannot be read, selects nothing. */
export function selects(selector: Selector, labels: Labels): boolean {
  const requirements = requirementsOf(selector);
  const readable = expressionsOf(selector).every((expression) => whyWrong(expression) === undefined);
  return readable && requirements.length > 0 && requirements.every(({ key, isMet }) => isMet(labels[key]));
}

/** What keeps a selector from selecting the pods of the template (Argo Rollouts v1.9 refuses the same). */
export function wrongSelector(selector: Selector, labels: Labels): readonly Problem[] {
  const matched = Object.entries(selector?.matchLabels ?? {});
  const expressions = expressionsOf(selector);
  const at = 'spec.selector.matchLabels';
  if (matched.length + expressions.length === 0) return [{ at, got: 'nothing', expected: 'labels of spec.template' }];
  const strange = matched.filter(([key, value]) => labels[key] !== value).map(([key, value]) => `${key}=${value}`);
  const unmatched = { at, got: strange.join(', '), expected: 'labels that spec.template.metadata.labels has' };
  return [...(strange.length > 0 ? [unmatched] : []), ...expressions.flatMap((one, index) => wrongExpression(one, index, labels))];
}

function wrongExpression(expression: unknown, index: number, labels: Labels): readonly Problem[] {
  const at = `spec.selector.matchExpressions[${index}]`;
  const wrong = whyWrong(expression);
  if (wrong !== undefined) return [{ at, got: JSON.stringify(expression), expected: wrong }];
  const unmet = requirementIn(expression).filter(({ key, isMet }) => !isMet(labels[key]));
  return unmet.map(({ text }) => ({ at, got: text, expected: 'a demand that spec.template.metadata.labels meets' }));
}

function whyWrong(expression: unknown): string | undefined {
  if (!isBody(expression) || typeof expression['key'] !== 'string') return 'key, operator and values';
  const name = expression['operator'];
  const operator = typeof name === 'string' && Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (operator === undefined) return `an operator, one of ${Object.keys(operators).join(', ')}`;
  if (operator.hasValues === valuesOf(expression['values']).length > 0) return undefined;
  return operator.hasValues ? 'values beside that operator' : 'no values beside that operator';
}

function expressionsOf(selector: Selector): readonly unknown[] {
  const expressions = selector?.['matchExpressions'];
  if (expressions === undefined || expressions === null) return [];
  return Array.isArray(expressions) ? (expressions as readonly unknown[]) : [expressions];
}

function requirementsOf(selector: Selector): readonly Requirement[] {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, wanted]): Requirement => ({
    key,
    text: `${key}=${wanted}`,
    isMet: (value) => value === wanted,
  }));
  return [...equal, ...expressionsOf(selector).flatMap(requirementIn)];
}

function requirementIn(expression: unknown): readonly Requirement[] {
  if (!isBody(expression)) return [];
  const { key, operator: name } = expression;
  const operator = typeof name === 'string' && Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (typeof key !== 'string' || operator === undefined) return [];
  const values = valuesOf(expression['values']).toSorted();
  const text = operator.hasValues ? `${key}${operator.text}(${values.join(',')})` : `${operator.text}${key}`;
  return [{ key, text, isMet: (value) => operator.isMet(value, values) }];
}

function valuesOf(values: unknown): Values {
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}

function compare(left: string, right: string): number {
  return left < right ? -1 : 1;
}
