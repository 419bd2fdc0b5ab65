import { isGitPlace } from '../../kernel/place.ts';
import { describeRef } from '../../kernel/refs.ts';
import type { PlaceQuestion, Watch } from '../../policy/choice.ts';
import { activeHolds } from '../../policy/guard/hold-rules.ts';
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

/** Holds that are in the way now; what is above a held tag may be written without lifting anything. */
export function liftHolds({ question, choice, now }: Asked, holdsPath: string): readonly string[] {
  const held = choice.tags.filter(({ verdict }) => verdict === 'held');
  if (held.length === 0) return [];
  const branch = isGitPlace(question.place) ? ` on branch ${question.place.branch}` : '';
  return activeHolds(question, now).map(({ tag, digests, until, image }) => {
    const lift = `remove the entry of ${tag ?? digests[0] ?? image} from ${holdsPath}${branch}`;
    return until === undefined ? lift : `wait until ${until}, when the hold of ${tag ?? image} ends; or ${lift}`;
  });
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
