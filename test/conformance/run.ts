import { parseArgs } from 'node:util';
import { compareRows, type Comparison } from './compare.ts';
import { committedSets, pathOfSet, readRows } from './rows.ts';
import { adapters } from './table.ts';

const shown = 10;

/** Runs one set and prints what became of its rows; answers whether no row is different. */
function runSet(set: string, path: string): boolean {
  const adapter = Object.hasOwn(adapters, set) ? adapters[set] : undefined;
  if (adapter === undefined) {
    console.log(`${set}: NOT RUN, it has no adapter (there are: ${Object.keys(adapters).join(', ')})`);
    return true;
  }
  const comparison = compareRows(set, adapter, readRows(path));
  console.log(describe(comparison));
  for (const { row, answer } of comparison.different.slice(0, shown)) {
    console.log(`  ${row.id}\n    input    ${JSON.stringify(row.input)}`);
    console.log(`    expected ${JSON.stringify(row.expected)}\n    answered ${JSON.stringify(answer)}`);
  }
  return comparison.different.length === 0;
}

function describe({ set, equal, onPurpose, different, notRun }: Comparison): string {
  const kinds = Object.entries(notRun);
  const missing = kinds.reduce((sum, [, count]) => sum + count, 0);
  const named = kinds.length === 0 ? '' : ` (${kinds.map(([kind, count]) => `${kind} ${count}`).join(', ')})`;
  return `${set}: EQUAL ${equal}, ON PURPOSE ${onPurpose}, DIFFERENT ${different.length}, NOT RUN ${missing}${named}`;
}

/** 0: no row is different; 1: some are; 2: the arguments make no sense. */
function main(): number {
  const { values } = parseArgs({ options: { set: { type: 'string' }, rows: { type: 'string' } } });
  if (values.rows !== undefined && values.set === undefined) {
    console.error('--rows FILE needs --set NAME: the set says how the rows are asked');
    return 2;
  }
  const sets = values.set === undefined ? committedSets() : [values.set];
  if (values.set !== undefined && !Object.hasOwn(adapters, values.set)) {
    console.error(`--set: got ${JSON.stringify(values.set)}, expected one of ${Object.keys(adapters).join(', ')}`);
    return 2;
  }
  const clean = sets.map((set) => runSet(set, values.rows ?? pathOfSet(set)));
  return clean.every(Boolean) ? 0 : 1;
}

process.exitCode = main();
