import type { Explanation, ExplainedPlace } from '../reconcile/explain.ts';

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)), []);
  return rows
    .map((row) => `  ${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ')}`)
    .join('\n');
}

function commitLines({ commit }: ExplainedPlace): readonly string[] {
  if (commit === undefined) return [];
  if ('because' in commit) return [`  cannot be written: ${commit.because}`];
  const message = commit.message.split('\n').map((line) => `    ${line}`);
  return [
    `  would change ${commit.file}: ${JSON.stringify(commit.was)} becomes ${JSON.stringify(commit.text)}, in this commit:`,
    ...message,
  ];
}

function explainPlace(place: ExplainedPlace): string {
  const outcome = place.kind === 'raise' ? `raise to ${place.to?.tag ?? place.to?.digest ?? ''}` : place.kind;
  const holds = place.holds.map(
    (hold) =>
      `  held: ${hold.tag ?? hold.digests.join(', ')} since ${hold.since} (${hold.because}); lift it by removing its entry from the holds file`,
  );
  const tags = [['TAG', 'VERDICT', 'BECAUSE'], ...place.tags.map((tag) => [tag.tag, tag.verdict, tag.because])];
  return [
    `Image ${place.image}`,
    `  written at ${place.place}`,
    `  Git says ${place.current}`,
    `  ${outcome}: ${place.because}`,
    ...commitLines(place),
    ...holds,
    '',
    table(tags),
  ].join('\n');
}

function headLines({ application, sync, repository, branch, head }: Explanation): readonly string[] {
  const at = sync.revision === '' ? '' : ` at ${sync.revision.slice(0, 8)}`;
  const first = `Application ${application}: ${sync.status}${at}, ${sync.health}`;
  if (repository === undefined) return [first];
  return [first, `Repository ${repository}, branch ${branch ?? ''} at ${(head ?? '').slice(0, 8)}`];
}

/** The explanation as text for a terminal. */
export function explanationText(explanation: Explanation): string {
  const { conditions, places, rollouts } = explanation;
  const unmanaged = ['', 'No image is watched: the annotation argocd-image-updater.argoproj.io/image-list is missing.'];
  const lines = [
    ...headLines(explanation),
    ...rollouts.map(({ name, phase, message }) => `Rollout ${name}: ${message === '' ? phase : `${phase}, ${message}`}`),
    ...(explanation.kind === 'unmanaged' ? unmanaged : []),
    ...conditions.flatMap(({ type, message }) => ['', `${type}: ${message}`]),
    ...places.flatMap((place) => ['', explainPlace(place)]),
  ];
  return `${lines.join('\n')}\n`;
}
