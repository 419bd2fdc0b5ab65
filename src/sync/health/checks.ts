import { checkAnalysisRun } from './analysis-run.ts';
import { checkCronJob } from './cron-job.ts';
import { checkDaemonSet } from './daemon-set.ts';
import { checkDeployment } from './deployment.ts';
import { checkHorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { checkIngress } from './ingress.ts';
import { checkJob } from './job.ts';
import { checkPersistentVolumeClaim } from './persistent-volume-claim.ts';
import { checkPod } from './pod.ts';
import type { HealthCheck } from './reading.ts';
import { checkReplicaSet } from './replica-set.ts';
import { checkRollout } from './rollout.ts';
import { checkService } from './service.ts';
import { checkStatefulSet } from './stateful-set.ts';

/** The health rules, by `group/kind`. A kind without a rule has no health and is not counted. */
export const healthChecks = {
  '/PersistentVolumeClaim': checkPersistentVolumeClaim,
  '/Pod': checkPod,
  '/Service': checkService,
  'apps/DaemonSet': checkDaemonSet,
  'apps/Deployment': checkDeployment,
  'apps/ReplicaSet': checkReplicaSet,
  'apps/StatefulSet': checkStatefulSet,
  'argoproj.io/AnalysisRun': checkAnalysisRun,
  'argoproj.io/Rollout': checkRollout,
  'autoscaling/HorizontalPodAutoscaler': checkHorizontalPodAutoscaler,
  'batch/CronJob': checkCronJob,
  'batch/Job': checkJob,
  'networking.k8s.io/Ingress': checkIngress,
} satisfies Record<string, HealthCheck>;
