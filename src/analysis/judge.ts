import type { Millis } from '../kernel/time.ts';
import type { TypedValue } from '../metrics/measured.ts';
import { checkCondition } from './expression/check.ts';
import { evaluateCondition } from './expression/evaluate.ts';
import type { GoValue } from './expression/go-value.ts';
import { goValueOf, typeOf } from './expression/go-value.ts';
import { parseCondition } from './expression/parse.ts';
import { ConditionRefusal } from './expression/refusal.ts';

export type Judgement = { readonly phase: 'Successful' | 'Failed' | 'Inconclusive' | 'Error'; readonly message?: string };

export type Conditions = { readonly successCondition?: string | undefined; readonly failureCondition?: string | undefined };

type Answer = { readonly kind: 'absent' } | { readonly kind: 'holds' | 'fails' } | { readonly kind: 'refused'; readonly because: string };

/**
 * Judges one result by the conditions of its metric, as Argo Rollouts v1.9 does (utils/evaluate): without any condition it is
 * Successful, a failure wins over a success, and a condition that cannot be checked or evaluated is an Error. `now` is what the
 * language's `now()` answers.
 */
export function judge(conditions: Conditions, value: TypedValue, now: Millis): Judgement {
  const result = goValueOf(value);
  const success = ask(conditions.successCondition, result, now);
  if (success.kind === 'refused') return { phase: 'Error', message: success.because };
  const failure = ask(conditions.failureCondition, result, now);
  if (failure.kind === 'refused') return { phase: 'Error', message: failure.because };
  if (failure.kind === 'holds') return { phase: 'Failed' };
  if (success.kind === 'fails') return { phase: failure.kind === 'absent' ? 'Failed' : 'Inconclusive' };
  return { phase: 'Successful' };
}

function ask(condition: string | undefined, result: GoValue, now: Millis): Answer {
  if (condition === undefined || condition === '') return { kind: 'absent' };
  try {
    const tree = parseCondition(condition);
    const answer = evaluateCondition(tree, checkCondition(tree, typeOf(result)), { result, now });
    if (typeof answer !== 'boolean') return { kind: 'refused', because: `expected bool, but got ${typeOf(answer)}` };
    return { kind: answer ? 'holds' : 'fails' };
  } catch (thrown) {
    if (thrown instanceof ConditionRefusal) return { kind: 'refused', because: thrown.message };
    throw thrown;
  }
}
