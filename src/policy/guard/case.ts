import type { Millis } from '../../kernel/time.ts';
import type { PlaceQuestion, TagVerdict } from '../choice.ts';
import type { Agreement } from './agreement.ts';

/** A question whose watches agree. `current` is the tag in Git, where there is one. */
export type Case = {
  readonly question: PlaceQuestion;
  readonly agreed: Extract<Agreement, { kind: 'agreed' }>;
  readonly current: string | undefined;
  readonly now: Millis;
};

/** What a rule says about a tag that it takes out. */
export type Said = Pick<TagVerdict, 'verdict' | 'because'>;

export function said(verdict: TagVerdict['verdict'], because: string | undefined): Said | undefined {
  return because === undefined ? undefined : { verdict, because };
}

/** Whether a tag is below Git's value: only a pin goes there. */
export function isBelow(tag: string, { current, agreed }: Case): boolean {
  return current !== undefined && agreed.ranking.compare(tag, current) < 0;
}
