import type { Hold } from '../../kernel/hold.ts';
import { trailer, trailerValues } from '../../kernel/trailers.ts';
import type { TagFacts } from '../../registry/listing.ts';
import type { PlaceHistory, PlaceQuestion } from '../choice.ts';
import { type Said, said } from './case.ts';
import { heldDigest, onceHeld } from './hold-rules.ts';

export type Background = { readonly holds: readonly Hold[]; readonly history: PlaceHistory };

/** Why what stands behind a tag may not be written; undefined where it may. */
export function whyUnfit(
  question: PlaceQuestion,
  tag: string,
  facts: TagFacts | 'absent',
  { holds, history }: Background,
): Said | undefined {
  if (facts === 'absent') return said('dropped', `${tag} is listed, but the registry does not serve it`);
  const held = said('held', heldDigest(facts, holds)) ?? said('dropped', ownEcho(facts, history));
  // Where Git has a digest beside the tag, the new tag is written with its digest too.
  return held ?? (question.current?.digest === undefined ? said('dropped', onceHeld(tag, holds, history)) : undefined);
}

/** An image that CI built because this bot committed would make it commit again (LOOP 5). */
function ownEcho({ tag, revision }: TagFacts, history: PlaceHistory): string | undefined {
  const echo = history.changes.find(({ commit, trailers }) => commit === revision && trailerValues(trailers, trailer.place).length > 0);
  if (echo === undefined) return undefined;
  return `${tag} was built from ${echo.commit.slice(0, 12)}, a commit of this bot (LoopSuspected): nothing is raised to what its own commits build`;
}
