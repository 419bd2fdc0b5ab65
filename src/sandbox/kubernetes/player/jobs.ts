import { sameJson } from '../../../kernel/json.ts';
import { kubeTime } from '../../../kernel/time.ts';
import { at, bodyAt, listAt, textAt } from '../object.ts';
import type { ApiObject } from '../object.ts';
import type { Client, Mirror } from './client.ts';
import { controllerOf, podFor } from './owned.ts';
import { isActive } from './pods.ts';

/** One pass of a minimal Job controller: one pod at a time until spec.completions succeeded or more than spec.backoffLimit failed. */
export async function reconcileJob(client: Client, job: ApiObject, pods: Mirror): Promise<void> {
  const finished = listAt(job, 'status', 'conditions').length > 0;
  if (typeof job.metadata.deletionTimestamp === 'string' || finished) return;
  const own = pods.all().filter((pod) => controllerOf(pod)?.uid === job.metadata.uid);
  const seen = countPods(job, own);
  if (seen.active === 1 && !own.some(isActive)) pods.put(await createPod(client, job));
  const status = statusOf(job, seen);
  if (sameJson(status, bodyAt(job, 'status'))) return;
  const { name, namespace = '' } = job.metadata;
  await client.send('PATCH', `/apis/batch/v1/namespaces/${namespace}/jobs/${name}/status`, { status });
}

function countPods(job: ApiObject, own: readonly ApiObject[]): Seen {
  const inPhase = (phase: string): number => own.filter((pod) => textAt(pod, 'status', 'phase') === phase).length;
  const [succeeded, failed] = [inPhase('Succeeded'), inPhase('Failed')];
  const complete = succeeded >= Number(at(job, 'spec', 'completions') ?? 1);
  const hopeless = failed > Number(at(job, 'spec', 'backoffLimit') ?? 6);
  return { active: complete || hopeless ? 0 : 1, succeeded, failed, complete, hopeless };
}

async function createPod(client: Client, job: ApiObject): Promise<unknown> {
  const { name, namespace = '' } = job.metadata;
  const labels = { 'job-name': name, 'batch.kubernetes.io/job-name': name };
  const restartPolicy = textAt(job, 'spec', 'template', 'spec', 'restartPolicy') ?? 'Never';
  return client.send('POST', `/api/v1/namespaces/${namespace}/pods`, podFor(job, { labels, spec: { restartPolicy } }));
}

type Seen = {
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly complete: boolean;
  readonly hopeless: boolean;
};

function statusOf(job: ApiObject, { active, succeeded, failed, complete, hopeless }: Seen): object {
  const now = kubeTime(Date.now());
  const condition = { status: 'True', lastProbeTime: now, lastTransitionTime: now };
  const startTime = textAt(job, 'status', 'startTime') ?? now;
  const counts = { active, succeeded, failed, startTime };
  if (complete) return { ...counts, completionTime: now, conditions: [{ type: 'Complete', ...condition }] };
  const message = 'Job has reached the specified backoff limit';
  return hopeless ? { ...counts, conditions: [{ type: 'Failed', reason: 'BackoffLimitExceeded', message, ...condition }] } : counts;
}
