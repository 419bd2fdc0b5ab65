import { oneLine } from '../kernel/escape.ts';
import type { Evidence, Verdict } from '../kernel/hold.ts';
import { isBody } from '../kernel/json.ts';
import type { Resource } from '../resources/meta.ts';
import type { Rollout, RolloutStatus } from '../resources/rollout.ts';

type Abort = Pick<Verdict, 'id' | 'at' | 'template' | 'kind' | 'evidence'>;

/**
 * The verdict of an abort that no finished run explains; `judged` are templates with a failed or broken run. A person's only where the
 * Rollout names no cause (Argo Rollouts v1.9: "Rollout aborted update to revision N", with ": cause" behind it where the controller
 * aborted). An abort for a run that is gone is an error: nobody can look at its measurements any more.
 */
export function abortOf(rollout: Resource<Rollout>, judged: readonly string[]): Abort | undefined {
  const { status, metadata } = rollout.view;
  const template = status?.currentPodHash;
  const at = status?.abortedAt;
  if (status?.abort !== true || typeof at !== 'string' || template === undefined || metadata.uid === undefined) return undefined;
  // What is stable already was not taken back by the abort.
  if (template === status.stableRS || judged.includes(template)) return undefined;
  return { id: `${metadata.uid}/${at}`, at, template, ...causeOf(rollout, status) };
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
