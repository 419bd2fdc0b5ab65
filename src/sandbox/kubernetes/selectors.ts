import { at } from './object.ts';
import type { ApiObject } from './object.ts';
import { badRequest } from './refusal.ts';

export type Matches = (object: ApiObject) => boolean;

type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

/** Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`. Throws 400 for anything else. */
export function parseLabelSelector(text: string): Matches {
  const requirements = splitOutsideBraces(text).map(readRequirement);
  return (object) => requirements.every((holds) => holds(object.metadata.labels ?? {}));
}

/** Reads `metadata.name=x,metadata.namespace!=y,involvedObject.uid=z`; any path of the object, compared as text. */
export function parseFieldSelector(text: string): Matches {
  const terms = text.split(',').filter((term) => term !== '');
  const requirements = terms.map((term) => {
    const match = /^\s*([\w.]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(term);
    if (match === null) throw badRequest(`unable to parse field selector "${term}": expected path=value or path!=value`);
    const [, path = '', operator = '', wanted = ''] = match;
    return (object: ApiObject) => (textOf(at(object, ...path.split('.'))) === wanted) === (operator !== '!=');
  });
  return (object) => requirements.every((holds) => holds(object));
}

function readRequirement(term: string): Requirement {
  const requirement = readSet(term) ?? readEquality(term) ?? readExistence(term);
  if (requirement !== undefined) return requirement;
  throw badRequest(`unable to parse label selector requirement "${term}": expected key=value, key!=value, key in (...), key or !key`);
}

function readSet(term: string): Requirement | undefined {
  const [, key, operator, list = ''] = /^([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term) ?? [];
  const values: readonly (string | undefined)[] = list.split(',').map((value) => value.trim());
  return key === undefined ? undefined : (labels) => values.includes(labels[key]) === (operator === 'in');
}

function readEquality(term: string): Requirement | undefined {
  const [, key, operator, value] = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/.exec(term) ?? [];
  return key === undefined ? undefined : (labels) => (labels[key] === value) === (operator !== '!=');
}

function readExistence(term: string): Requirement | undefined {
  const [, not, key] = /^(!?)\s*([\w./-]+)$/.exec(term) ?? [];
  return key === undefined ? undefined : (labels) => Object.hasOwn(labels, key) === (not === '');
}

function splitOutsideBraces(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
