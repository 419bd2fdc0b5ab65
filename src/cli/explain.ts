import { describeDuration } from '../kernel/duration.ts';
import { describeReference } from '../kernel/image.ts';
import type { ExplainedImage, Explanation } from '../reconcile/explain/record.ts';
import { table, tagTable } from './tag-table.ts';

type Row = readonly [name: string, text: string];

function commitLines({ commit }: ExplainedImage): readonly string[] {
  if (commit === undefined) return [];
  if ('because' in commit) return [`  cannot be written: ${commit.because}`];
  const message = commit.message.split('\n').map((line) => `    ${line}`);
  return [
    `  would change ${commit.file}: ${JSON.stringify(commit.was)} becomes ${JSON.stringify(commit.text)}, in this commit:`,
    ...message,
  ];
}

function referenceText({ tag, digest }: NonNullable<ExplainedImage['git']>): string {
  return describeReference({ ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) });
}

function runningText({ found, live, because }: ExplainedImage['running']): readonly Row[] {
  const seen = found.map(({ tag, digest, pods, by }): Row => {
    const what = referenceText({ tag, digest });
    return [
      'runs',
      pods === 0 ? `${what} is wanted by ${by}, no pod has it yet` : `${what} in ${pods} ${pods === 1 ? 'pod' : 'pods'} of ${by}`,
    ];
  });
  const nothing: readonly Row[] = seen.length > 0 ? [] : [['runs', 'in no pod of this Application']];
  return [...seen, ...nothing, ...(live === 'yes' ? [] : [[live === 'no' ? 'not live' : 'live?', because] as const])];
}

function budgetOf({ registry, budget }: ExplainedImage): ExplainedImage['budget'] {
  return registry?.budget ?? budget;
}

function registryText(explained: ExplainedImage): readonly Row[] {
  const { registry } = explained;
  const budget = budgetOf(explained);
  const listed = ({ tags, complete, listedAt }: NonNullable<typeof registry>): Row => [
    'registry',
    `${tags} tags${complete ? '' : ', not all of them'}, listed at ${listedAt}`,
  ];
  const left = ({ because, until }: NonNullable<typeof budget>): Row => [
    'budget',
    `${because}${until === undefined ? '' : `; asked again from ${until}`}`,
  ];
  return [...(registry === undefined ? [] : [listed(registry)]), ...(budget === undefined ? [] : [left(budget)])];
}

function choiceText({ choice }: ExplainedImage): string {
  const what = choice.kind === 'raise' ? `raise to ${choice.to?.tag ?? choice.to?.digest ?? ''}` : choice.kind;
  return `${what}: ${choice.because}`;
}

/** The holds that keep a tag back: one that stops nothing listed is in the record alone. */
function heldLines({ holds, tags }: ExplainedImage): readonly string[] {
  if (!tags.some(({ verdict }) => verdict === 'held')) return [];
  return holds.map(
    ({ tag, digests, since, because }) =>
      `  held: ${tag ?? digests.join(', ')} since ${since} (${because}); lift it by removing its entry from the holds file`,
  );
}

function explainImage(explained: ExplainedImage, all: boolean): string {
  const { image, alias, git, place, asks } = explained;
  const rows: readonly Row[] = [
    ['asks for', asks],
    ...(place === undefined ? [] : [['written at', place] as const]),
    // Where no place is known, Git was not asked.
    ...(place === undefined ? [] : [['Git says', git === undefined ? 'nothing' : referenceText(git)] as const]),
    ...runningText(explained.running),
    ...registryText(explained),
    ['choice', choiceText(explained)],
    ...explained.changes.map((change, index): Row => [index === 0 ? 'to change it' : 'or', change]),
  ];
  const holds = heldLines(explained);
  const named = `Image ${image}${alias === undefined ? '' : ` (${alias})`}`;
  // Nothing was listed, or not all of it: that there are no tags would be a lie.
  const unlisted = explained.choice.kind === 'undecided' || explained.registry === undefined;
  const tags = unlisted ? '  the tags are not known: the choice says why' : tagTable(explained, all);
  return [named, table(rows), ...commitLines(explained), ...holds, '', tags].join('\n');
}

/** A registry that asked us to wait is asked later than all others. */
function pollText({ poll, images }: Explanation): string {
  const next = poll.nextAt === undefined ? '' : `, next at ${poll.nextAt}`;
  const later = images.some((image) => (budgetOf(image)?.until ?? '') > (poll.nextAt ?? ''));
  return `Registries are asked every ${describeDuration(poll.everyMs)}${next}${later ? '; one that asked us to wait, not before its budget says' : ''}`;
}

function headLines(explanation: Explanation): readonly string[] {
  const { application, sync, repository, branch, head } = explanation;
  const at = sync.revision === '' ? '' : ` at ${sync.revision.slice(0, 8)}`;
  const first = `Application ${application}: ${sync.status}${at}, ${sync.health}`;
  if (repository === undefined) return [first];
  return [first, `Repository ${repository}, branch ${branch ?? ''} at ${(head ?? '').slice(0, 8)}`, pollText(explanation)];
}

/** The explanation as text for a terminal: the tags by rule, or with `all` one by one. */
export function explanationText(explanation: Explanation, { all }: { readonly all: boolean }): string {
  const { conditions, images, rollouts } = explanation;
  const unmanaged = ['', 'No image is watched: the annotation argocd-image-updater.argoproj.io/image-list is missing.'];
  const lines = [
    ...headLines(explanation),
    ...rollouts.map(({ name, phase, message }) => `Rollout ${name}: ${message === '' ? phase : `${phase}, ${message}`}`),
    ...(explanation.kind === 'unmanaged' ? unmanaged : []),
    ...conditions.flatMap(({ type, message }) => ['', `${type}: ${message}`]),
    ...images.flatMap((image) => ['', explainImage(image, all)]),
  ];
  return `${lines.join('\n')}\n`;
}
