import { describeDuration } from '../../kernel/duration.ts';
import { describeReference } from '../../kernel/image.ts';
import { timeOf } from '../../kernel/time.ts';
import { select } from '../../policy/select.ts';
import { whatWouldChange } from '../../reconcile/explain/changes.ts';
import type { Trial } from '../../reconcile/explain/record.ts';
import { trialVersion } from '../../reconcile/explain/record.ts';
import { groupByRule } from '../../reconcile/explain/rules.ts';
import { describeWish } from '../../reconcile/explain/wish.ts';
import { table, tagTable } from '../tag-table.ts';
import type { Tried } from './decide.ts';
import type { Wanted } from './options.ts';
import type { TagSource } from './source.ts';

type Told = Pick<TagSource, 'madeUpDigests' | 'missingTimes'>;

/** The record of a trial: what `-o json` prints and the text is made from. */
export function recordOf({ watch, current }: Wanted, tried: Tried, { madeUpDigests, missingTimes }: Told): Trial {
  const { question, choice, now, later, notes } = tried;
  const { listing } = question;
  const tags = [...choice.tags, ...later];
  return {
    apiVersion: trialVersion,
    image: watch.image,
    asks: describeWish(watch),
    asOf: timeOf(now),
    ...(current === undefined ? {} : { current }),
    choice: {
      kind: choice.kind,
      ...(choice.kind === 'raise' ? { to: madeUpDigests ? { ...withoutDigest(choice.to) } : choice.to } : {}),
      because: choice.because,
      ...(choice.kind === 'keep' && choice.rule !== undefined ? { rule: choice.rule } : {}),
    },
    changes: whatWouldChange({ question, choice, now }, { path: '.windlass/holds.yaml', times: missingTimes }),
    registry: { listedAt: listing.observedAt, tags: tags.length, complete: listing.complete },
    rules: groupByRule(tags),
    tags,
    notes,
    question: { function: 'guard', question, now },
  };
}

function withoutDigest({ tag }: { readonly tag?: string }): { readonly tag?: string } {
  return tag === undefined ? {} : { tag };
}

/** Whether a tag was found: a newer one, or the current one, which the policy takes. */
export function foundOne({ watch, current }: Wanted, { choice, question }: Tried): boolean {
  if (choice.kind !== 'keep') return choice.kind === 'raise';
  if (current?.tag === undefined) return false;
  const selection = select(watch, question.listing.tags, current, { created: question.created ?? {} });
  return selection.kind === 'selected' && selection.dropped(current.tag) === undefined && selection.ranking.ranks(current.tag);
}

/** The record as text for a terminal. */
export function trialText(trial: Trial, { all, tookMs }: { readonly all: boolean; readonly tookMs: number }): string {
  const { choice, current, registry } = trial;
  const outcome = choice.kind === 'raise' ? `choose ${choice.to?.tag ?? choice.to?.digest ?? ''}` : choice.kind;
  const rows: readonly (readonly string[])[] = [
    ['asks for', trial.asks],
    ...(current === undefined ? [] : [['current', referenceText(current)]]),
    ['as of', trial.asOf],
    ['tags', `${registry.tags}${registry.complete ? '' : ', not all of them'}, listed and decided in ${describeDuration(tookMs)}`],
    ['choice', `${outcome}: ${choice.because}`],
    ...trial.changes.map((change, index) => [index === 0 ? 'to change it' : 'or', change]),
    ...trial.notes.map((note) => ['note', note]),
  ];
  return `${[`Image ${trial.image}`, table(rows), '', tagTable(trial, all)].join('\n')}\n`;
}

function referenceText({ tag, digest }: NonNullable<Trial['current']>): string {
  return describeReference({ ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) });
}
