import { isBody } from '../../src/kernel/json.ts';
import { type Adapter, notRun } from './adapter.ts';
import { deviations } from './deviations.ts';
import type { Row } from './rows.ts';

type Difference = { readonly row: Row; readonly answer: unknown };

/** What became of the rows of one set. `notRun` counts rows by their kind. */
export type Comparison = {
  readonly set: string;
  readonly equal: number;
  readonly onPurpose: number;
  readonly different: readonly Difference[];
  readonly notRun: Readonly<Record<string, number>>;
};

/** Puts every row to the adapter of its set. */
export function compareRows(set: string, adapter: Adapter, rows: readonly Row[]): Comparison {
  const counts = { equal: 0, onPurpose: 0 };
  const different: Difference[] = [];
  const skipped: Record<string, number> = {};
  for (const row of rows) {
    const answer = answerOf(adapter, row);
    if (answer === notRun) skipped[kindOf(row)] = (skipped[kindOf(row)] ?? 0) + 1;
    else if (agrees(adapter, row.expected, answer)) counts.equal += 1;
    else if (isOnPurpose(set, row, answer)) counts.onPurpose += 1;
    else different.push({ row, answer });
  }
  return { set, ...counts, different, notRun: skipped };
}

/** An adapter that throws is a different row, not the end of the run. */
function answerOf(adapter: Adapter, row: Row): unknown {
  try {
    return adapter.answer(row.input);
  } catch (error) {
    return { thrown: String(error) };
  }
}

/** Where the peer answers differently from run to run, each of its answers will do. */
function agrees(adapter: Adapter, expected: unknown, answer: unknown): boolean {
  const anyOf = isBody(expected) ? expected['anyOf'] : undefined;
  if (!Array.isArray(anyOf)) return adapter.equal(expected, answer);
  return anyOf.some((candidate: unknown) => adapter.equal(candidate, answer));
}

function isOnPurpose(set: string, row: Row, answer: unknown): boolean {
  return deviations.some(
    (deviation) => deviation.set === set && deviation.covers(row.input, row.expected) && deviation.instead(answer, row.input, row.expected),
  );
}

function kindOf({ input }: Row): string {
  const kind = input['kind'] ?? input['strategy'];
  return typeof kind === 'string' ? kind : 'all';
}
