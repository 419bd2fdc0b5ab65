import type { Hold } from '../../kernel/hold.ts';
import { isGitPlace } from '../../kernel/place.ts';
import { describeRef } from '../../kernel/refs.ts';
import { millisOf } from '../../kernel/time.ts';
import type { PlaceQuestion, Watch } from '../../policy/choice.ts';
import { activeHolds, heldDigest, notAboveHeld } from '../../policy/guard/hold-rules.ts';
import type { Asked } from './asked.ts';
import { keyOf } from './asked.ts';

/** The annotations that keep a tag waiting; one that nothing waits for is none of them. */
export function liftStops({ question, choice }: Asked): readonly string[] {
  if (!choice.tags.some(({ rule }) => rule === 'paused')) return [];
  const { paused, watches } = question;
  return [...(paused === true ? [liftPause(question)] : []), ...watches.flatMap((watch) => liftOwn(watch, paused === true))];
}

function liftOwn(watch: Watch, isPausedByAll: boolean): readonly string[] {
  const on = describeRef(watch.application);
  return [
    ...(watch.held === true ? [`delete the annotation ${keyOf(watch, 'hold')} of ${on}`] : []),
    // What an image inherits of its Application is no annotation of its own.
    ...(watch.paused === true && !isPausedByAll ? [`delete the annotation ${keyOf(watch, 'paused')} of ${on}`] : []),
  ];
}

function liftPause({ watches }: PlaceQuestion): string {
  const paused = watches.filter((watch) => watch.paused === true);
  const readers = (paused.length > 0 ? paused : watches).map(({ application }) => describeRef(application));
  return `delete the annotation windlass.dev/paused of ${[...new Set(readers)].join(' or ')}`;
}

/**
 * The holds that keep back the best of the tags that are held now: without them it would be written. Those of lower tags are in nobody's
 * way alone, and what is above a held tag may be written without lifting anything.
 */
export function liftHolds(asked: Asked, holdsPath: string): readonly string[] {
  const { question } = asked;
  const holds = holdsInTheWay(asked);
  if (holds.length === 0) return [];
  const branch = isGitPlace(question.place) ? ` on branch ${question.place.branch}` : '';
  const named = holds.map(({ tag, digests, image }) => tag ?? digests[0] ?? image);
  const entries = named.length === 1 ? `the entry of ${named.join()}` : `the entries of ${named.join(' and ')}`;
  const lift = `remove ${entries} from ${holdsPath}${branch}`;
  const until = endOfAll(holds);
  return [until === undefined ? lift : `wait until ${until}, when the hold of ${named.join(' and ')} ends; or ${lift}`];
}

function holdsInTheWay({ question, choice, now, agreed }: Asked): readonly Hold[] {
  const held = choice.tags.filter(({ verdict }) => verdict === 'held').map(({ tag }) => tag);
  const [first] = held;
  if (first === undefined) return [];
  const active = activeHolds(question, now);
  if (agreed === undefined || agreed.unordered) return active;
  const { ranking } = agreed;
  const best = held.reduce((top, tag) => (ranking.compare(tag, top) > 0 ? tag : top), first);
  const facts = Object.hasOwn(question.facts, best) ? question.facts[best] : undefined;
  const inTheWay = active.filter(
    (hold) => notAboveHeld(best, [hold], ranking) !== undefined || (typeof facts === 'object' && heldDigest(facts, [hold]) !== undefined),
  );
  return inTheWay.length > 0 ? inTheWay : active;
}

/** When the last of them ends by itself; undefined where one does not. */
function endOfAll(holds: readonly Hold[]): string | undefined {
  const ends = holds.flatMap(({ until }) => until ?? []).sort((left, right) => millisOf(left) - millisOf(right));
  return ends.length === holds.length ? ends.at(-1) : undefined;
}

/** The first moment at which time alone lets a tag pass. */
export function waits({ choice }: Asked): readonly string[] {
  const timed = choice.tags.flatMap(({ tag, rule, until }) => (until === undefined || rule === 'hold' ? [] : [{ tag, rule, until }]));
  const [first] = timed.toSorted((left, right) => (left.until < right.until ? -1 : 1));
  if (first === undefined) return [];
  const then = first.rule === 'schedule' ? 'the schedule opens' : `${first.tag} passes ${first.rule ?? 'the rule that stops it'}`;
  return [`wait until ${first.until}: then ${then}`];
}

/** The best tag that only lacks a platform. */
export function completePlatforms({ choice, question, agreed }: Asked): readonly string[] {
  const lacking = choice.tags.filter(({ rule }) => rule === 'platforms').map(({ tag }) => tag);
  const best = lacking.reduce<string | undefined>(
    (first, tag) => (first === undefined || (agreed?.ranking.compare(tag, first) ?? 0) > 0 ? tag : first),
    undefined,
  );
  if (best === undefined) return [];
  const wanted = question.watches.flatMap(({ requirePlatforms, platforms = [] }) => requirePlatforms ?? platforms);
  return [`push ${best} for all of ${[...new Set(wanted)].join(', ')}`];
}
