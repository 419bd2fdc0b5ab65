import { readFile } from 'node:fs/promises';
import { sentenceOf } from '../kernel/failure.ts';
import { isBody } from '../kernel/json.ts';
import { lookUp } from '../kernel/table.ts';
import { whyUnreadable } from '../kernel/unreadable.ts';
import type { PlaceQuestion } from '../policy/choice.ts';
import { guard } from '../policy/guard.ts';
import { advance } from '../rollout/advance.ts';
import type { Observed } from '../rollout/observed.ts';
import { planSync } from '../sync/plan.ts';
import type { SyncQuestion } from '../sync/step.ts';
import { answerFor } from '../verdict/answer-for.ts';
import type { Verdict } from '../kernel/hold.ts';
import type { VerdictFacts } from '../verdict/facts.ts';

/** The pure functions that a recorded question can be put to again. A record is trusted to be one that this product wrote. */
const functions = {
  guard: (question, now) => guard(question as PlaceQuestion, now),
  advance: (question, now) => advance(question as Observed, now),
  planSync: (question) => planSync(question as SyncQuestion),
  answerFor: (question, now) => {
    const { verdict, facts } = question as { verdict: Verdict; facts: VerdictFacts };
    return answerFor(verdict, facts, now);
  },
} satisfies Record<string, (question: unknown, now: number) => unknown>;

export type Replayed = { readonly kind: 'answered'; readonly answer: unknown } | { readonly kind: 'refused'; readonly because: string };

/** Reads `{function, question, now}` from a file and answers what the function answers now. */
export async function replay(file: string): Promise<Replayed> {
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => ({ because: whyUnreadable(thrown) }));
  if (typeof text !== 'string') return { kind: 'refused', because: `cannot read ${file}: ${text.because}` };
  const record = parsed(text);
  if (!isBody(record) || typeof record['function'] !== 'string' || !isBody(record['question'])) {
    return {
      kind: 'refused',
      because: `${file}: got something else, expected JSON {"function": ..., "question": {...}, "now": milliseconds}, as explain -o json prints it for each place`,
    };
  }
  const found = lookUp<(question: unknown, now: number) => unknown>(functions, record['function'], `${file}: function`);
  if ('problem' in found)
    return { kind: 'refused', because: `${found.problem.at}: got ${found.problem.got}, expected ${found.problem.expected}` };
  const now = typeof record['now'] === 'number' ? record['now'] : Number.NaN;
  if (Number.isNaN(now))
    return { kind: 'refused', because: `${file}: now: got ${JSON.stringify(record['now'])}, expected milliseconds since 1970` };
  try {
    return { kind: 'answered', answer: found.entry(record['question'], now) };
  } catch (thrown) {
    // Records of another version, or edited ones, lack what the function reads.
    const because = `${file}: question: ${record['function']} cannot read it (${sentenceOf(thrown)}); expected one as explain -o json prints it`;
    return { kind: 'refused', because };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
