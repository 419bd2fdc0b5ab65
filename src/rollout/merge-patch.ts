import { type Body, isBody, sameJson } from '../kernel/json.ts';

/** The JSON merge patch (RFC 7386) that turns one object into another; undefined where they are equal. Fields that vanish are null. */
export function mergePatch(from: Body, to: Body): Body | undefined {
  const patch: Record<string, unknown> = {};
  for (const [key, wanted] of Object.entries(to)) {
    const held = from[key];
    if (wanted === undefined || sameJson(held, wanted)) continue;
    patch[key] = isBody(held) && isBody(wanted) ? mergePatch(held, wanted) : wanted;
  }
  for (const [key, held] of Object.entries(from)) {
    if (to[key] === undefined && held !== null) patch[key] = null;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
