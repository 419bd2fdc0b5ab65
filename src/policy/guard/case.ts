import type { Millis } from '../../kernel/time.ts';
import type { PlaceQuestion, TagRule, TagVerdict } from '../choice.ts';
import type { Agreement } from './agreement.ts';

/**
 * A question whose watches agree. `current` is the tag in Git, where there is one; `best` is what would be written if no rule stopped it.
 */
export type Case = {
  readonly question: PlaceQuestion;
  readonly agreed: Agreement;
  readonly current: string | undefined;
  readonly now: Millis;
  readonly best?: string | undefined;
};

/** What a rule says about a tag that it takes out. */
export type Said = Omit<TagVerdict, 'tag'>;

export function said(verdict: TagVerdict['verdict'], rule: TagRule, because: string): Said;
export function said(verdict: TagVerdict['verdict'], rule: TagRule, because: string | undefined): Said | undefined;
export function said(verdict: TagVerdict['verdict'], rule: TagRule, because: string | undefined): Said | undefined {
  return because === undefined ? undefined : { verdict, rule, because };
}

/** Whether a tag is below Git's value: only a pin, and a tag that is followed, go there. */
export function isBelow(tag: string, { current, agreed }: Case): boolean {
  return current !== undefined && agreed.ranking.compare(tag, current) < 0;
}

/** Whether writing the tag is what a pin asks for, which goes down: no hold, gate or order delays that (LOOP 2, 6). */
export function lowersToPin(tag: string, one: Case): boolean {
  return one.agreed.follow === undefined && one.agreed.ranking.pinned && isBelow(tag, one);
}
