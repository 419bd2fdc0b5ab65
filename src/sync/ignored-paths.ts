import { RE2JS } from 're2js';
import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import { groupOf } from '../resources/meta.ts';
import type { KubeObject } from '../resources/meta.ts';

/** JSON pointers (RFC 6901) of `spec.ignoreDifferences` that concern an object. Group and kind are globs, name and namespace exact. */
export function ignoredPointers(ignoreDifferences: unknown, object: KubeObject): readonly string[] {
  if (!Array.isArray(ignoreDifferences)) return [];
  const rules = ignoreDifferences.filter(isBody).filter((rule) => concerns(rule, object));
  return rules.flatMap(pointersOf);
}

function pointersOf(rule: Body): readonly string[] {
  const pointers: unknown = rule['jsonPointers'];
  return Array.isArray(pointers) ? pointers.filter((item) => typeof item === 'string') : [];
}

function concerns(rule: Body, object: KubeObject): boolean {
  const { name, namespace } = object.metadata;
  const named = saysNothingOr(rule['name'], name) && saysNothingOr(rule['namespace'], namespace);
  return named && globMatches(rule['group'] ?? '', groupOf(object.apiVersion)) && globMatches(rule['kind'] ?? '', object.kind);
}

function saysNothingOr(wanted: unknown, held: string | undefined): boolean {
  return wanted === undefined || wanted === '' || wanted === held;
}

function globMatches(glob: unknown, text: string): boolean {
  if (typeof glob !== 'string') return false;
  if (!/[*?]/.test(glob)) return glob === text;
  const pattern = glob.replace(/[^*?]+|[*?]/g, (part) => (part === '*' ? '.*' : part === '?' ? '.' : RE2JS.quote(part)));
  return RE2JS.compile(pattern).matches(text);
}

/** The value without what a pointer names; a pointer to nothing changes nothing. */
export function withoutPointer(value: unknown, pointer: string): unknown {
  const steps = stepsOf(pointer);
  return steps.length === 0 ? value : remove(value, steps);
}

function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * What to apply where a pointer is ignored (RespectIgnoreDifferences): the target with the live value there, or without the field
 * where the live object has none. A field that the target does not have is left to whoever has it. Never the whole metadata or all
 * annotations, which say whose the object is.
 */
export function keepPointer(target: KubeObject, live: KubeObject, pointer: string): KubeObject {
  const [field = '', ...rest] = stepsOf(pointer);
  const whole = rest.length === 0 && ['', 'apiVersion', 'kind', 'metadata'].includes(field);
  if (whole || (field === 'metadata' && rest.join('/') === 'annotations') || !Object.hasOwn(target, field)) return target;
  return { ...target, [field]: keep(target[field], live[field], rest) };
}

function keep(target: unknown, live: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return live;
  const [own, there] = [childOf(target, step), childOf(live, step)];
  if (own === undefined) return target;
  if (there === undefined) return remove(target, [step]);
  const kept = keep(own, there, rest);
  if (Array.isArray(target)) return target.map((item: unknown, index) => (String(index) === step ? kept : item));
  return isBody(target) ? { ...target, [step]: kept } : target;
}

function childOf(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(step) ? (value[Number(step)] as unknown) : undefined;
  return isBody(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function remove(value: unknown, [step = '', ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (rest.length === 0) return items.filter((_, index) => String(index) !== step);
    return items.map((item, index) => (String(index) === step ? remove(item, rest) : item));
  }
  if (!isBody(value) || !Object.hasOwn(value, step)) return value;
  const entries = Object.entries(value);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([key]) => key !== step));
  return Object.fromEntries(entries.map(([key, held]) => [key, key === step ? remove(held, rest) : held]));
}
