import type { Choice, PlaceQuestion, Watch } from '../../policy/choice.ts';
import type { Agreement } from '../../policy/guard/agreement.ts';
import type { Millis } from '../../kernel/time.ts';

/** A decision that could be another one. `agreed` is the order of the tags; undefined where the watches give none. */
export type Asked = {
  readonly question: PlaceQuestion;
  readonly choice: Exclude<Choice, { kind: 'needs' }>;
  readonly now: Millis;
  readonly agreed: Agreement | undefined;
};

/** The annotation that holds an option of one image. */
export function keyOf({ alias }: Watch, option: string): string {
  return `windlass.dev/${(alias ?? '').replaceAll('/', '_')}.${option}`;
}
