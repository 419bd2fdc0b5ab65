import type { TagVerdict } from '../../policy/choice.ts';
import type { RuleGroup } from './record.ts';

const maxExamples = 3;
/** A rule whose sentences differ more often than this is one group: they differ by what each tag carries, such as its age. */
const maxSentences = 4;

const collator = new Intl.Collator('en', { numeric: true });
const rank: Readonly<Record<TagVerdict['verdict'], number>> = { chosen: 0, eligible: 1, held: 2, dropped: 3 };

/** The tags grouped by the rule that decided, and by its sentence: the chosen one first, then what is eligible, held, dropped; large groups first. */
export function groupByRule(tags: readonly TagVerdict[]): readonly RuleGroup[] {
  const byRule = Map.groupBy(tags, (one) => `${one.verdict} ${one.rule ?? sentenceOfAll(one)}`);
  const groups = [...byRule.values()].flatMap((same) => {
    const bySentence = [...Map.groupBy(same, sentenceOfAll).values()];
    return (bySentence.length > maxSentences ? [same] : bySentence).flatMap(groupOf);
  });
  return groups.sort((left, right) => rank[left.verdict] - rank[right.verdict] || right.count - left.count || order(left, right));
}

function order(left: RuleGroup, right: RuleGroup): number {
  return left.because < right.because ? -1 : 1;
}

function groupOf(same: readonly TagVerdict[]): readonly RuleGroup[] {
  const best = highest(same);
  const [first] = best;
  if (first === undefined) return [];
  const until = earliest(same);
  const sentences = new Set(same.map(sentenceOfAll));
  const group = {
    verdict: first.verdict,
    count: same.length,
    examples: best.map(({ tag }) => tag),
    because: same.length > 1 && sentences.size === 1 ? sentenceOfAll(first) : first.because,
  };
  return [{ ...(first.rule === undefined ? {} : { rule: first.rule }), ...group, ...(until === undefined ? {} : { until }) }];
}

function earliest(same: readonly TagVerdict[]): string | undefined {
  return same
    .flatMap(({ until }) => until ?? [])
    .reduce<string | undefined>((sum, one) => (sum === undefined || one < sum ? one : sum), undefined);
}

/** The sentence with the tag that it begins with left open, so that the sentences of a rule are one. */
function sentenceOfAll({ tag, because }: TagVerdict): string {
  return because.startsWith(`${tag} `) ? `<tag>${because.slice(tag.length)}` : because;
}

/** A `v` in front of a number says nothing of how high it is. */
function byNumber(left: TagVerdict, right: TagVerdict): number {
  return collator.compare(left.tag.replace(/^v(?=\d)/, ''), right.tag.replace(/^v(?=\d)/, ''));
}

/** A few of the highest by number, without sorting them all. */
function highest(same: readonly TagVerdict[]): readonly TagVerdict[] {
  const best: TagVerdict[] = [];
  for (const one of same) {
    const last = best.at(-1);
    if (best.length === maxExamples && last !== undefined && byNumber(one, last) <= 0) continue;
    best.push(one);
    best.sort((left, right) => byNumber(right, left));
    best.length = Math.min(best.length, maxExamples);
  }
  return best;
}
