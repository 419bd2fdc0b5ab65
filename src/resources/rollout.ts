import * as z from 'zod';
import { ObjectMeta } from './meta.ts';
import { IntOrString, PodTemplate } from './workload.ts';

const AnalysisReference = z.looseObject({
  templates: z.array(z.looseObject({ templateName: z.string(), clusterScope: z.boolean().optional() })).nullish(),
  args: z
    .array(
      z.looseObject({
        name: z.string(),
        value: z.union([z.string(), z.number(), z.boolean()]).optional(),
        valueFrom: z.looseObject({}).optional(),
      }),
    )
    .nullish(),
  startingStep: z.int().optional(),
  dryRun: z.array(z.looseObject({ metricName: z.string() })).nullish(),
  measurementRetention: z.array(z.looseObject({ metricName: z.string(), limit: z.int().optional() })).nullish(),
  analysisRunMetadata: z
    .looseObject({ labels: z.record(z.string(), z.string()).nullish(), annotations: z.record(z.string(), z.string()).nullish() })
    .nullish(),
});
export type AnalysisReference = z.infer<typeof AnalysisReference>;

const CanaryStep = z.looseObject({
  setWeight: z.int().optional(),
  pause: z.looseObject({ duration: IntOrString.optional() }).nullish(),
  analysis: AnalysisReference.optional(),
  setCanaryScale: z.looseObject({}).optional(),
});
export type CanaryStep = z.infer<typeof CanaryStep>;

const Canary = z.looseObject({
  canaryService: z.string().optional(),
  stableService: z.string().optional(),
  steps: z.array(CanaryStep).nullish(),
  maxSurge: IntOrString.optional(),
  maxUnavailable: IntOrString.optional(),
  analysis: AnalysisReference.optional(),
  trafficRouting: z.looseObject({}).optional(),
  replicaProgressThreshold: z.object({ type: z.string(), value: z.number() }).nullish(),
});
export type Canary = z.infer<typeof Canary>;

const PauseCondition = z.looseObject({ reason: z.string(), startTime: z.string() });

const Condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastUpdateTime: z.string().nullish(),
  lastTransitionTime: z.string().nullish(),
});
export type RolloutCondition = z.infer<typeof Condition>;

const RunReference = z.looseObject({ name: z.string(), status: z.string(), message: z.string().optional() });

const Status = z.looseObject({
  abort: z.boolean().optional(),
  abortedAt: z.string().nullish(),
  pauseConditions: z.array(PauseCondition).nullish(),
  controllerPause: z.boolean().optional(),
  promoteFull: z.boolean().optional(),
  replicas: z.int().optional(),
  updatedReplicas: z.int().optional(),
  readyReplicas: z.int().optional(),
  availableReplicas: z.int().optional(),
  HPAReplicas: z.int().optional(),
  currentPodHash: z.string().optional(),
  stableRS: z.string().optional(),
  currentStepHash: z.string().optional(),
  currentStepIndex: z.int().nullish(),
  collisionCount: z.int().nullish(),
  // Argo Rollouts writes it as text.
  observedGeneration: z.union([z.string(), z.number()]).optional(),
  conditions: z.array(Condition).nullish(),
  canary: z
    .looseObject({ currentStepAnalysisRunStatus: RunReference.nullish(), currentBackgroundAnalysisRunStatus: RunReference.nullish() })
    .optional(),
  selector: z.string().optional(),
  phase: z.string().optional(),
  message: z.string().optional(),
});
export type RolloutStatus = z.infer<typeof Status>;

/** Argo Rollouts v1.9's Rollout, the fields that are read. Its status is a subresource. */
export const Rollout = z.object({
  metadata: ObjectMeta,
  spec: z.looseObject({
    replicas: z.int().nullish(),
    selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }).optional(),
    template: PodTemplate.optional(),
    workloadRef: z.looseObject({}).nullish(),
    minReadySeconds: z.int().optional(),
    revisionHistoryLimit: z.int().nullish(),
    paused: z.boolean().optional(),
    progressDeadlineSeconds: z.int().nullish(),
    progressDeadlineAbort: z.boolean().optional(),
    restartAt: z.string().nullish(),
    analysis: z.looseObject({ successfulRunHistoryLimit: z.int().nullish(), unsuccessfulRunHistoryLimit: z.int().nullish() }).nullish(),
    strategy: z.looseObject({ canary: Canary.optional(), blueGreen: z.looseObject({}).optional() }).optional(),
  }),
  status: Status.nullish(),
});
export type Rollout = z.infer<typeof Rollout>;
