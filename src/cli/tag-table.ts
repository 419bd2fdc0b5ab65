import type { ExplainedImage, RuleGroup } from '../reconcile/explain/record.ts';

/** Columns below one another, two blanks in front; the last one is not filled up. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)), []);
  return rows
    .map((row) => `  ${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ')}`)
    .join('\n');
}

function examplesOf({ count, examples }: RuleGroup): string {
  const more = count - examples.length;
  return `${examples.join(', ')}${more > 0 ? `, ${more} more` : ''}`;
}

/** The tags of an image: a row for each rule, or with `all` for each tag. */
export function tagTable(explained: Pick<ExplainedImage, 'rules' | 'tags'>, all: boolean): string {
  if (explained.tags.length === 0) return '  no tags';
  if (all) return table([['TAG', 'VERDICT', 'BECAUSE'], ...explained.tags.map((one) => [one.tag, one.verdict, one.because])]);
  const rows = explained.rules.map((group) => [group.verdict, String(group.count), examplesOf(group), group.because]);
  return table([['VERDICT', 'COUNT', 'TAGS', 'BECAUSE'], ...rows]);
}
