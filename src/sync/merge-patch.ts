import { isBody, sameJson } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';

/** The JSON merge patch (RFC 7386) that turns one object into another; undefined where they are equal. Lists are replaced as a whole. */
export function mergePatch(from: Body, to: Body): Body | undefined {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  const changes = keys.flatMap((key) => changeOf(key, from[key], to[key]));
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

function changeOf(key: string, before: unknown, after: unknown): readonly (readonly [string, unknown])[] {
  if (before === after || sameJson(before, after)) return [];
  if (after === undefined) return [[key, null]];
  if (isBody(before) && isBody(after)) return [[key, mergePatch(before, after)]];
  return [[key, after]];
}
