import type { Hold } from '../../kernel/hold.ts';
import type { Sha } from '../../kernel/refs.ts';
import type { TagFacts } from '../../registry/listing.ts';
import type { PlaceQuestion } from '../choice.ts';
import { type Said, said } from './case.ts';
import { heldDigest } from './hold-rules.ts';
import { hasNoPlatform } from './platforms.ts';

/** Why what stands behind a tag may not be written, whenever; undefined where it may. */
export function whyUnfit(question: PlaceQuestion, facts: TagFacts, holds: readonly Hold[]): Said | undefined {
  return heldDigest(facts, holds) ?? said('dropped', 'own-echo', ownEcho(facts, question)) ?? hasNoPlatform(question, facts);
}

/** The commit of which a decision must know whose it is, before an image that CI built from it may be written. */
export function unknownCommit({ revision }: TagFacts, { commits = {} }: PlaceQuestion): Sha | undefined {
  if (revision === undefined || !/^[0-9a-f]{7,64}$/.test(revision)) return undefined;
  return Object.hasOwn(commits, revision) ? undefined : revision;
}

/**
 * An image that CI built because this bot committed would make it commit again (LOOP 5). The commit may have changed another place:
 * in a repository of many Applications one push makes CI build them all.
 */
function ownEcho({ tag, revision }: TagFacts, { commits = {} }: PlaceQuestion): string | undefined {
  if (revision === undefined || !Object.hasOwn(commits, revision) || commits[revision] !== 'ours') return undefined;
  return `${tag} was built from ${revision.slice(0, 12)}, a commit of this bot (LoopSuspected): nothing is raised to what its own commits build`;
}
