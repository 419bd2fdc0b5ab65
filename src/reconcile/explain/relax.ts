import type { Watch } from '../../policy/choice.ts';
import type { Agreement } from '../../policy/guard/agreement.ts';
import { readConstraint } from '../../policy/policies/constraint.ts';
import type { Known } from '../../policy/policies/policy.ts';
import { select } from '../../policy/select.ts';
import { compileFilters } from '../../policy/tag-filter.ts';
import { parseVersion } from '../../policy/semver/version.ts';
import type { Asked } from './asked.ts';

/**
 * How to let a listed tag pass that is above Git's value and that filters or constraint of the watch drop: the best release, and the best
 * pre-release where the constraint keeps it out only because it is one.
 */
export function relax(watch: Watch, { question, choice, agreed }: Asked): readonly string[] {
  if (agreed === undefined || !isOpen(agreed)) return [];
  const known: Known = { created: question.created ?? {} };
  const dropped = new Set(choice.tags.flatMap(({ tag, verdict }) => (verdict === 'dropped' ? [tag] : [])));
  const above = aboveCurrent(watch, question.listing.tags, { current: question.current?.tag, known });
  const opened = openFor(watch, above);
  const [highest] = opened.length > 0 ? [] : above;
  const best = above.find((tag) => parseVersion(tag)?.prerelease === '') ?? highest;
  if (best === undefined || !dropped.has(best) || passes(watch, best, known)) return opened;
  return [...new Set([...opened, wayOf(watch, best, known)])];
}

/** A wider constraint takes no pre-release: one that names one does. */
function openFor(watch: Watch, above: readonly string[]): readonly string[] {
  const read = watch.strategy === 'semver' ? readConstraint(watch) : undefined;
  if (read === undefined || !('parsed' in read)) return [];
  const filter = compileFilters(watch.allow, watch.ignore);
  for (const tag of above) {
    const version = parseVersion(tag);
    const admitting = version === undefined || filter(tag) !== undefined ? undefined : read.parsed?.admitting(version);
    if (admitting !== undefined)
      return [`write the constraint ${admitting} in place of ${watch.constraint ?? '*'}: it takes pre-releases such as ${tag}`];
  }
  return [];
}

/** Whether the order alone chooses: what follows a tag, or is pinned to a version, is not raised by a wider wish. */
function isOpen({ follow, unordered, ranking }: Agreement): boolean {
  return follow === undefined && !unordered && !ranking.pinned;
}

function wayOf(watch: Watch, best: string, known: Known): string {
  const { constraint, ...free } = watch;
  const tried: readonly (readonly [Watch, () => string])[] = [
    [free, () => `widen the constraint ${constraint ?? ''}: ${best} is listed and does not satisfy it`],
    [{ ...watch, allow: { kind: 'any' } }, () => `let allow-tags take ${best}, which is listed`],
    [{ ...watch, ignore: [] }, () => `take out of ignore-tags what matches ${best}, which is listed`],
  ];
  const alone = tried.find(([other]) => passes(other, best, known))?.[1];
  return alone?.() ?? `let the filters and the constraint take ${best}, which is listed: more than one of them drops it`;
}

/** The tags that would be eligible without filters and constraint and are newer than the current one, best first. */
function aboveCurrent(
  watch: Watch,
  tags: readonly string[],
  { current, known }: { readonly current: string | undefined; readonly known: Known },
): readonly string[] {
  const { constraint: _constraint, compat: _compat, ...free } = watch;
  const selection = select({ ...free, allow: { kind: 'any' }, ignore: [] }, tags, undefined, known);
  if (selection.kind !== 'selected') return [];
  const { eligible, ranking } = selection;
  return current === undefined || !ranking.ranks(current) ? eligible : eligible.filter((tag) => ranking.isNewer(tag, current));
}

function passes(watch: Watch, tag: string, known: Known): boolean {
  const selection = select(watch, [tag], undefined, known);
  return selection.kind === 'selected' && selection.eligible.length > 0;
}
