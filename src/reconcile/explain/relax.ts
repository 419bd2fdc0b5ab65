import type { Choice, PlaceQuestion, Watch } from '../../policy/choice.ts';
import { select } from '../../policy/select.ts';

type Decided = Exclude<Choice, { kind: 'needs' }>;

/** How to let the best of all listed tags pass, where it is above Git's value and filters or constraint of the watch drop it. */
export function relax(watch: Watch, { listing, current }: PlaceQuestion, { tags }: Decided): readonly string[] {
  const best = bestOfAll(watch, listing.tags, current?.tag);
  if (best === undefined || !tags.some(({ tag, verdict }) => tag === best && verdict === 'dropped') || passes(watch, best)) return [];
  const { constraint, ...free } = watch;
  const tried: readonly (readonly [Watch, string])[] = [
    [free, `widen the constraint ${constraint ?? ''}: ${best} is listed and does not satisfy it`],
    [{ ...watch, allow: { kind: 'any' } }, `let allow-tags take ${best}, which is listed`],
    [{ ...watch, ignore: [] }, `take out of ignore-tags what matches ${best}, which is listed`],
  ];
  const alone = tried.find(([other]) => passes(other, best))?.[1];
  return [alone ?? `let the filters and the constraint take ${best}, which is listed: more than one of them drops it`];
}

/** The best tag without filters and constraint; undefined where it is not newer than the current one. */
function bestOfAll(watch: Watch, tags: readonly string[], current: string | undefined): string | undefined {
  const { constraint: _constraint, ...free } = watch;
  const selection = select({ ...free, allow: { kind: 'any' }, ignore: [] }, tags);
  if (selection.kind !== 'selected') return undefined;
  const { eligible, ranking } = selection;
  const [best] = eligible;
  const isOlder = best !== undefined && current !== undefined && ranking.ranks(current) && !ranking.isNewer(best, current);
  return isOlder ? undefined : best;
}

function passes(watch: Watch, tag: string): boolean {
  const selection = select(watch, [tag]);
  return selection.kind === 'selected' && selection.eligible.length > 0;
}
