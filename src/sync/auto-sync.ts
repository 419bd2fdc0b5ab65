import { describeDuration, parseGoDuration } from '../kernel/duration.ts';
import type { Sha } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import { millisOf } from '../kernel/time.ts';
import type { Application, OperationState } from '../resources/application.ts';
import type { Resource } from '../resources/meta.ts';
import { isDeleted } from './deletion.ts';
import { isAbout, isRunning, selfHealsSoFar } from './operation.ts';
import type { Comparison } from './step.ts';

/** A comparison that lacks nothing. */
export type Compared = Extract<Comparison, { kind: 'compared' }>;

export type AutoSync =
  | { readonly kind: 'sync'; readonly prune: boolean; readonly because: string }
  | { readonly kind: 'rest'; readonly because: string; readonly wakeAt?: Millis };

/**
 * Whether an Application is to be synced to this commit now (Argo CD v3.5's order of questions). Other than there, a failed commit is
 * tried again, slowly (5 s doubling up to 3 min, or `syncPolicy.retry.backoff`), and a new commit does not wait behind it.
 */
export function autoSync(application: Resource<Application>, comparison: Compared, revision: Sha, now: Millis): AutoSync {
  const { view } = application;
  const state = view.status?.operationState;
  if (isRunning(state)) return { kind: 'sync', prune: prunes(state), because: state.message ?? 'the sync is running' };
  if (isDeleted(view)) return rest('the Application is being deleted');
  if (view.operation?.sync !== undefined) {
    const who = view.operation.initiatedBy?.username ?? 'somebody';
    return { kind: 'sync', prune: view.operation.sync.prune === true, because: `${who} asked for a sync` };
  }
  const blocked = whyNotAutomated(view, comparison);
  if (blocked !== undefined) return rest(blocked);
  return again(state, { view, comparison, revision, now });
}

type Question = { readonly view: Application; readonly comparison: Compared; readonly revision: Sha; readonly now: Millis };

function prunes(state: OperationState): boolean {
  return state.operation?.sync?.prune === true;
}

/** A retry block may say 0; a commit that cannot succeed must not keep the loop busy. */
const shortestRetryMs = 1_000;

type Automated = NonNullable<NonNullable<Application['spec']['syncPolicy']>['automated']>;

/** The block that switches automated sync on; undefined where sync is manual. */
function automatedOf(view: Application): Automated | undefined {
  const automated = view.spec.syncPolicy?.automated ?? undefined;
  return automated?.enabled === false ? undefined : automated;
}

function whyNotAutomated(view: Application, comparison: Compared): string | undefined {
  const automated = automatedOf(view);
  if (automated === undefined) return `sync is manual: ${comparison.because}`;
  if (comparison.sync === 'Synced') return comparison.because;
  if (comparison.sync === 'Unknown') return `nothing is synced while the comparison failed: ${comparison.because}`;
  return automated.prune === true ? whyWipedOut(automated, comparison) : whyOnlyPruning(comparison);
}

function whyOnlyPruning({ resources, because }: Compared): string | undefined {
  const left = resources.filter((row) => row.status === 'OutOfSync' && row.requiresPruning !== true);
  return left.length === 0 ? `only pruning is left, which is off: ${because}` : undefined;
}

function whyWipedOut(automated: Automated, { resources }: Compared): string | undefined {
  const everything = resources.length > 0 && resources.every((row) => row.requiresPruning === true);
  if (!everything || automated.allowEmpty === true) return undefined;
  return `auto-sync will wipe out all resources: none of the ${resources.length} is in Git any more, and allowEmpty is off`;
}

function again(last: OperationState | undefined, question: Question): AutoSync {
  const { view, comparison, revision, now } = question;
  const automated = automatedOf(view) ?? {};
  const prune = automated.prune === true;
  if (last === undefined || !isAbout(last, revision, view)) return { kind: 'sync', prune, because: comparison.because };
  const finishedAt = millisOf(last.finishedAt ?? last.startedAt ?? '');
  if (last.phase !== 'Succeeded')
    return delayed(Math.max(shortestRetryMs, retryDelay(view, last.retryCount ?? 0)), { finishedAt, now, why: failureOf(last), prune });
  if (automated.selfHeal !== true) return rest(`this commit was synced, and selfHeal is off: ${comparison.because}`);
  return delayed(selfHealDelay(selfHealsSoFar(last, now)), { finishedAt, now, why: `self-heal: ${comparison.because}`, prune });
}

function failureOf(last: OperationState): string {
  return `the last sync of this commit failed: ${last.message ?? 'no message'}`;
}

type Delay = { readonly finishedAt: Millis; readonly now: Millis; readonly why: string; readonly prune: boolean };

function delayed(delayMs: number, { finishedAt, now, why, prune }: Delay): AutoSync {
  const wakeAt = finishedAt + delayMs;
  // A time that cannot be read delays nothing.
  if (!(wakeAt > now)) return { kind: 'sync', prune, because: why };
  return { kind: 'rest', because: `${why}; waiting ${describeDuration(wakeAt - now)} more`, wakeAt };
}

/** Argo CD v3.5: nothing before the first self-heal of a commit, then 2 s, times 3, at most 300 s. */
function selfHealDelay(attempts: number): number {
  return attempts === 0 ? 0 : Math.min(2_000 * 3 ** (attempts - 1), 300_000);
}

/** Milliseconds before the next try of a failed commit. A bare number in the settings means seconds. */
export function retryDelay(view: Application, retries: number): number {
  const backoff = view.spec.syncPolicy?.retry?.backoff;
  const first = millisFrom(backoff?.duration) ?? 5_000;
  const most = millisFrom(backoff?.maxDuration) ?? 180_000;
  const delay = first * (backoff?.factor ?? 2) ** retries;
  return most === 0 ? delay : Math.min(delay, most);
}

function millisFrom(written: string | number | undefined): number | undefined {
  if (written === undefined || written === '') return undefined;
  return /^\d+$/.test(String(written)) ? Number(written) * 1000 : parseGoDuration(String(written));
}

function rest(because: string): AutoSync {
  return { kind: 'rest', because };
}
