import { isBody } from '../kernel/json.ts';
import type { Problem } from '../kernel/problem.ts';
import type { AnalysisArgument } from '../resources/analysis.ts';
import type { AnalysisReference } from '../resources/rollout.ts';
import type { Situation } from './situation.ts';

export type Arguments = { readonly args: readonly AnalysisArgument[]; readonly problems: readonly Problem[] };

type Answer = { readonly arg: AnalysisArgument } | { readonly problem: Problem };
type Given = NonNullable<AnalysisReference['args']>[number];

/**
 * The arguments that a Rollout gives to its analysis, as text: plain values, the hash of the wanted or the stable template, a field
 * of the Rollout. References to secrets are passed on; they are resolved when a measurement is taken.
 */
export function argumentsFor(situation: Situation, reference: AnalysisReference, at: string): Arguments {
  const answers = (reference.args ?? []).map((given, position) => argument(situation, given, `${at}.args[${position}]`));
  return {
    args: answers.flatMap((answer) => ('arg' in answer ? [answer.arg] : [])),
    problems: answers.flatMap((answer) => ('problem' in answer ? [answer.problem] : [])),
  };
}

function argument(situation: Situation, given: Given, at: string): Answer {
  const { name, value, valueFrom } = given;
  if (value !== undefined) return { arg: { name, value: String(value) } };
  const { podTemplateHashValue: hash, fieldRef, secretKeyRef } = valueFrom ?? {};
  if (hash !== undefined) return hashOf(situation, name, hash, `${at}.valueFrom.podTemplateHashValue`);
  if (isBody(fieldRef)) return field(situation, name, String(fieldRef['fieldPath']), at);
  if (isBody(secretKeyRef))
    return { arg: { name, valueFrom: { secretKeyRef: { name: String(secretKeyRef['name']), key: String(secretKeyRef['key']) } } } };
  // Without a value of its own the argument takes the template's.
  return { arg: { name } };
}

function hashOf(situation: Situation, name: string, which: unknown, at: string): Answer {
  if (which === 'Latest') return { arg: { name, value: situation.current?.hash ?? situation.templateName } };
  if (which === 'Stable') return { arg: { name, value: situation.status.stableRS ?? '' } };
  return { problem: { at, got: JSON.stringify(which), expected: 'Latest or Stable' } };
}

function field(situation: Situation, name: string, path: string, at: string): Answer {
  const value = keysOf(path).reduce<unknown>(
    (held, key) => (isBody(held) || Array.isArray(held) ? Reflect.get(held, key) : undefined),
    situation.observed.rollout.raw,
  );
  if (['string', 'number', 'boolean'].includes(typeof value)) return { arg: { name, value: String(value) } };
  const got = value === undefined ? `${path}, which the Rollout does not have` : `${path}, which is no single value`;
  return { problem: { at: `${at}.valueFrom.fieldRef.fieldPath`, got, expected: 'the path of a text, number or boolean in the Rollout' } };
}

/** `metadata.labels['app.kubernetes.io/name']` as its keys. */
function keysOf(path: string): readonly string[] {
  return Array.from(path.matchAll(/\[['"]?([^\]'"]+)['"]?\]|([^.[\]]+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}
