import { Failure } from '../kernel/failure.ts';
import type { Millis } from '../kernel/time.ts';
import { timeOf } from '../kernel/time.ts';
import type { Budget, Ledger } from './budget.ts';
import { admission, answered, describeBudget, noLedger, refusedOnce } from './budget.ts';
import { accountOf } from './credentials.ts';
import { cancelled } from './deadline.ts';
import { waitFor } from './pace.ts';
import type { Account, Answer, Question } from './question.ts';
import { sentence } from './question.ts';
import { readQuota } from './quota.ts';
import { remember } from './remember.ts';
import { isBusy, waitAskedFor } from './retry-after.ts';

/** What is left with each host and credential. */
export type Budgets = {
  /** Waits a little where that is enough. Throws a throttled `Failure`, which says when, where it is not. */
  admit(question: Question): Promise<void>;
  note(question: Question, answer: Answer): void;
  /** A failure of another host that was asked for this question's sake, such as its token server. */
  noteFailure(question: Question, thrown: unknown): void;
  budget(account: Account): Budget | undefined;
};

const maxLedgers = 10_000;
/** What is over so soon is waited for. */
const patienceMs = 5000;

export function createBudgets(now: () => Millis): Budgets {
  const ledgers = new Map<string, Ledger>();
  const ledgerOf = (account: Account): Ledger => ledgers.get(accountOf(account)) ?? noLedger;
  const keep = (account: Account, ledger: Ledger): void => remember(ledgers, accountOf(account), { value: ledger, limit: maxLedgers });

  async function admit(question: Question): Promise<void> {
    const held = admission(ledgerOf(question), now());
    if (held === undefined || (held.kind === 'short' && !isPull(question))) return;
    const afterMs = held.until - now();
    if (afterMs > patienceMs) {
      const because = describeBudget(question.url.host, ledgerOf(question), now())?.because ?? '';
      const detail = `${because}; it is asked again at ${timeOf(held.until)}`;
      throw new Failure('throttled', sentence(question, 'not asked', detail), { retry: { afterMs } });
    }
    await waitFor(afterMs, question.signal).catch(() => Promise.reject(cancelled(question)));
  }

  function note(question: Question, answer: Answer): void {
    // A storage host behind a redirect counts for itself.
    if (answer.url.host !== question.url.host) return;
    const ledger = ledgerOf(question);
    const quota = readQuota(answer, now());
    const retry = waitAskedFor(answer, now());
    const busy = isBusy(answer) || (answer.status === 503 && retry !== undefined);
    if (!busy && quota === undefined && ledger === noLedger) return;
    const told = answered(ledger, now(), quota);
    keep(question, busy ? refusedOnce({ ...told, refusals: ledger.refusals }, now(), retry?.afterMs) : told);
  }

  function noteFailure(question: Question, thrown: unknown): void {
    if (!(thrown instanceof Failure) || thrown.code !== 'rate-limited') return;
    keep(question, refusedOnce(ledgerOf(question), now(), thrown.retry?.afterMs));
  }

  return { admit, note, noteFailure, budget: (account) => describeBudget(account.url.host, ledgerOf(account), now()) };
}

/** What counts as a pull (Docker Hub: the GET of a manifest); HEADs and lists do not. */
function isPull({ method, url }: Question): boolean {
  return method === 'GET' && /\/(?:manifests|blobs)\//.test(url.pathname);
}
