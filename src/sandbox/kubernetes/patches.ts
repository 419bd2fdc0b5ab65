import { isBody, sameJson } from '../../kernel/json.ts';
import type { Body } from '../../kernel/json.ts';
import { badRequest, Refusal } from './refusal.ts';

/** RFC 7386: null takes a field away, an object is merged, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isBody(patch)) return patch;
  const merged: Record<string, unknown> = isBody(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, field);
    else merged[field] = mergePatch(merged[field], value);
  }
  return merged;
}

/** RFC 6902. Throws 422 where an operation cannot be carried out, 400 where the patch is none. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  return patch.reduce<unknown>((document, operation: unknown, index) => {
    if (!isBody(operation) || typeof operation['op'] !== 'string' || typeof operation['path'] !== 'string') {
      throw badRequest(`operation ${index} of the JSON patch needs op and path`);
    }
    return applyOperation(document, operation, operation['op'], operation['path']);
  }, target);
}

function applyOperation(document: unknown, operation: Body, op: string, pointer: string): unknown {
  const path = stepsOf(pointer);
  const from = typeof operation['from'] === 'string' ? stepsOf(operation['from']) : [];
  switch (op) {
    case 'add':
      return setAt(document, path, { value: operation['value'], insert: true });
    case 'replace':
      valueAt(document, path);
      return setAt(document, path, { value: operation['value'], insert: false });
    case 'remove':
      return removeAt(document, path);
    case 'copy':
      return setAt(document, path, { value: valueAt(document, from), insert: true });
    case 'move':
      return setAt(removeAt(document, from), path, { value: valueAt(document, from), insert: true });
    case 'test':
      if (!sameJson(valueAt(document, path), operation['value'])) throw unprocessable(`testing value ${pointer} failed`);
      return document;
    default:
      throw badRequest(`unknown operation ${JSON.stringify(op)} in the JSON patch`);
  }
}

function stepsOf(pointer: string): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw badRequest(`${JSON.stringify(pointer)} is no JSON pointer`);
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((held, step) => {
    if (Array.isArray(held) && /^\d+$/.test(step) && Number(step) < held.length) return held[Number(step)];
    if (isBody(held) && Object.hasOwn(held, step)) return held[step];
    throw missing(path);
  }, document);
}

function setAt(document: unknown, path: readonly string[], write: { value: unknown; insert: boolean }): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return write.value;
  if (Array.isArray(document)) return setInList(document, step, rest, write);
  if (!isBody(document)) throw missing(path);
  if (rest.length > 0 && !Object.hasOwn(document, step)) throw missing(path);
  return { ...document, [step]: setAt(document[step], rest, write) };
}

function setInList(list: readonly unknown[], step: string, rest: readonly string[], write: { value: unknown; insert: boolean }): unknown {
  const index = step === '-' ? list.length : Number(step);
  if (!Number.isInteger(index) || index < 0 || index > list.length) throw missing([step, ...rest]);
  if (rest.length > 0 || !write.insert) return list.with(index, setAt(list[index], rest, write));
  return list.toSpliced(index, 0, write.value);
}

function removeAt(document: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return null;
  valueAt(document, path);
  if (Array.isArray(document)) {
    const index = Number(step);
    return rest.length === 0 ? document.toSpliced(index, 1) : document.with(index, removeAt(document[index], rest));
  }
  if (!isBody(document)) throw missing(path);
  if (rest.length > 0) return { ...document, [step]: removeAt(document[step], rest) };
  return Object.fromEntries(Object.entries(document).filter(([field]) => field !== step));
}

function missing(path: readonly string[]): Refusal {
  return unprocessable(`the server rejected our request: no value at /${path.join('/')}`);
}

function unprocessable(message: string): Refusal {
  return new Refusal(422, 'Invalid', message);
}
