import { oneLine } from '../kernel/escape.ts';
import type { Evidence, Verdict } from '../kernel/hold.ts';
import { isBody } from '../kernel/json.ts';
import type { Resource } from '../resources/meta.ts';
import type { Rollout, RolloutStatus } from '../resources/rollout.ts';
import type { CanaryObjects } from './canary-images.ts';
import { slotNaming } from './slots.ts';

type Abort = Pick<Verdict, 'id' | 'at' | 'template' | 'kind' | 'evidence'>;

/** What a finished run found out. */
type Judged = Pick<Verdict, 'id' | 'template' | 'kind'>;

/**
 * The verdict of an abort that no finished run explains; `judged` is what the Rollout's own runs found. The cause decides: a person's
 * only where the Rollout names none (Argo Rollouts v1.9: "Rollout aborted update to revision N", with ": cause" behind it where the
 * controller aborted), whatever an earlier attempt of the template found. An abort for a run that is gone is an error: nobody can look
 * at its measurements any more.
 */
export function abortOf(objects: Pick<CanaryObjects, 'rollout' | 'runs'>, judged: readonly Judged[]): Abort | undefined {
  const { rollout } = objects;
  const { status, metadata } = rollout.view;
  const template = status?.currentPodHash;
  const at = status?.abortedAt;
  if (status?.abort !== true || typeof at !== 'string' || template === undefined || metadata.uid === undefined) return undefined;
  // What is stable already was not taken back by the abort.
  if (template === status.stableRS) return undefined;
  const cause = causeOf(rollout, status);
  if (isExplained(cause.kind, objects, { template, judged })) return undefined;
  return { id: `${metadata.uid}/${at}`, at, template, ...cause };
}

type Found = { readonly template: string; readonly judged: readonly Judged[] };

/**
 * An abort with a cause was for some run of the template, not necessarily the newest. One without is explained only by the attempt's own
 * run: it failed while the person aborted.
 */
function isExplained(kind: Verdict['kind'], objects: Pick<CanaryObjects, 'rollout' | 'runs'>, { template, judged }: Found): boolean {
  if (kind === 'deadline') return false;
  if (kind === 'error') return judged.some((run) => run.template === template && run.kind !== 'inconclusive');
  return judged.some((run) => run.kind === 'failed' && slotNaming(run.id, objects) !== undefined);
}

function causeOf(rollout: Resource<Rollout>, status: RolloutStatus): Pick<Abort, 'kind' | 'evidence'> {
  const progressing = (status.conditions ?? []).find((condition) => condition.type === 'Progressing');
  const cause = causeIn([progressing?.message, status.message]);
  if (progressing?.reason === 'ProgressDeadlineExceeded' || cause?.includes('timed out progressing') === true) {
    return { kind: 'deadline', evidence: { because: oneLine(cause ?? 'the progress deadline passed') } };
  }
  if (cause === undefined) return { kind: 'aborted-by-person', evidence: personOf(rollout) };
  return { kind: 'error', evidence: { because: oneLine(`aborted, and the run that says why is not there: ${cause}`) } };
}

function causeIn(messages: readonly (string | undefined)[]): string | undefined {
  return messages.flatMap((message) => /aborted update to revision \S+?: (.+)$/s.exec(message ?? '')?.[1] ?? [])[0];
}

/** Who wrote `status.abort`, as far as the API server kept it: the name of the client. */
function personOf({ raw }: Resource<Rollout>): Evidence {
  const managed: unknown = raw.metadata;
  const entries = isBody(managed) && Array.isArray(managed.managedFields) ? managed.managedFields : [];
  const writer = entries.filter(isBody).find((entry) => {
    const status = isBody(entry.fieldsV1) ? entry.fieldsV1['f:status'] : undefined;
    return isBody(status) && 'f:abort' in status;
  });
  return { person: typeof writer?.manager === 'string' ? `a person with ${oneLine(writer.manager)}` : 'a person' };
}
