import type { Pushed } from '../../git/commit.ts';
import { Failure } from '../../kernel/failure.ts';
import type { Located, UpdateContext } from './context.ts';

/** Somebody else pushed first. A branch that lost our own commits is looked at again before anything is decided on it (LOOP 16). */
export function noteRace(
  { heads }: Pick<UpdateContext, 'heads'>,
  { repoId, branch }: Located,
  pushed: Extract<Pushed, { head: string }>,
): void {
  if (pushed.kind === 'raced') heads.learn(repoId, branch, pushed.head);
  else heads.forget(repoId, branch);
}

/** A push that began is finished; while the service stops none begins. */
export function refuseWhileStopping({ signal }: { readonly signal: AbortSignal }): void {
  if (signal.aborted) throw new Failure('cancelled', 'the service stops');
}
