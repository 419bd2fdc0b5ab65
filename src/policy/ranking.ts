import type { Watch } from './choice.ts';
import { compileExtract, type Extract } from './extract.ts';
import { compareBytes, type Known, type Policy, type Ranked, type Ranking } from './policies/policy.ts';
import { policies } from './policies/table.ts';

/** The order that a watch asks for: its strategy, on what `extract` makes of the tags, from the end that `order` names. */
export function rankingOf(watch: Watch, known: Known): Ranked {
  const policy: Policy = policies[watch.strategy];
  const ranked = policy.rank(watch, known);
  if (ranked.kind === 'refused') return ranked;
  const extracted = watch.extract === undefined ? ranked.ranking : extracting(watch.extract, policy, ranked.ranking);
  if ('because' in extracted) return { kind: 'refused', because: extracted.because };
  return { kind: 'ranked', ranking: watch.order === 'descending' ? reversed(extracted) : extracted };
}

function reversed(ranking: Ranking): Ranking {
  return {
    ...ranking,
    compare: (left, right) => ranking.compare(right, left),
    isNewer: (left, right) => ranking.isNewer(right, left),
  };
}

/** Orders what is made of the tags; a strategy that does not read their text only loses those that the expression does not match. */
function extracting(wish: NonNullable<Watch['extract']>, policy: Policy, ranking: Ranking): Ranking | { readonly because: string } {
  const compiled = compileExtract(wish);
  if ('because' in compiled) return { because: `extract ${wish.expression} cannot be read: ${compiled.because}` };
  const extract = reader(compiled);
  const textOf = policy.orders === 'text' ? extract : (tag: string) => (extract(tag) === undefined ? undefined : tag);
  const dropped: Ranking['dropped'] = (tag) => {
    const text = textOf(tag);
    if (text === undefined) return { rule: 'extract', because: `${tag} does not match ${wish.expression} in extract` };
    const objection = ranking.dropped(text);
    return objection === undefined || text === tag
      ? objection
      : { ...objection, because: `${tag} is read as ${text}: ${objection.because}` };
  };
  const both = (left: string, right: string, judge: (left: string, right: string) => number): number => {
    const [leftText, rightText] = [textOf(left), textOf(right)];
    return leftText === undefined || rightText === undefined ? 0 : judge(leftText, rightText);
  };
  return {
    ...ranking,
    dropped,
    ranks: (tag) => {
      const text = textOf(tag);
      return text !== undefined && ranking.ranks(text);
    },
    // Two tags of which the same is made: the tag text breaks the tie.
    compare: (left, right) => both(left, right, ranking.compare) || compareBytes(left, right),
    isNewer: (left, right) => both(left, right, (one, other) => (ranking.isNewer(one, other) ? 1 : 0)) > 0,
  };
}

/** Reads each tag once: an order compares every tag many times. */
function reader(extract: Extract): Extract {
  const texts = new Map<string, string | undefined>();
  return (tag) => {
    if (!texts.has(tag)) texts.set(tag, extract(tag));
    return texts.get(tag);
  };
}
