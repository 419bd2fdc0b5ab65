import * as z from 'zod';
import { ObjectMeta } from './meta.ts';

const Source = z.looseObject({
  repoURL: z.string(),
  path: z.string().optional(),
  targetRevision: z.string().optional(),
  chart: z.string().optional(),
  ref: z.string().optional(),
  kustomize: z.looseObject({ images: z.array(z.string()).optional() }).optional(),
  helm: z.looseObject({}).optional(),
  directory: z.looseObject({ recurse: z.boolean().optional(), include: z.string().optional(), exclude: z.string().optional() }).optional(),
  plugin: z.looseObject({}).optional(),
});
export type ApplicationSource = z.infer<typeof Source>;

const Automated = z.object({
  prune: z.boolean().optional(),
  selfHeal: z.boolean().optional(),
  allowEmpty: z.boolean().optional(),
  enabled: z.boolean().optional(),
});

const Retry = z.object({
  limit: z.int().optional(),
  backoff: z
    .object({
      duration: z.union([z.string(), z.int()]).optional(),
      factor: z.int().optional(),
      maxDuration: z.union([z.string(), z.int()]).optional(),
    })
    .optional(),
});

const Operation = z.looseObject({
  sync: z
    .looseObject({
      revision: z.string().optional(),
      prune: z.boolean().optional(),
      dryRun: z.boolean().optional(),
      resources: z
        .array(z.looseObject({ group: z.string().optional(), kind: z.string(), name: z.string(), namespace: z.string().optional() }))
        .optional(),
    })
    .optional(),
  initiatedBy: z.looseObject({ username: z.string().optional(), automated: z.boolean().optional() }).optional(),
  retry: Retry.optional(),
});

const ResourceStatus = z.looseObject({
  group: z.string().optional(),
  version: z.string().optional(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  status: z.string().optional(),
  health: z.looseObject({ status: z.string().optional(), message: z.string().optional() }).optional(),
  requiresPruning: z.boolean().optional(),
});

const OperationState = z.looseObject({
  phase: z.string(),
  message: z.string().optional(),
  startedAt: z.string().optional(),
  finishedAt: z.string().nullish(),
  retryCount: z.int().optional(),
  operation: Operation.optional(),
  syncResult: z.looseObject({ revision: z.string().optional() }).optional(),
});
export type OperationState = z.infer<typeof OperationState>;

const HistoryEntry = z.looseObject({ id: z.int(), revision: z.string().optional(), deployedAt: z.string().optional() });

const Condition = z.looseObject({ type: z.string(), message: z.string(), lastTransitionTime: z.string().nullish() });

const Status = z.looseObject({
  sync: z.looseObject({ status: z.string().optional(), revision: z.string().optional() }).optional(),
  health: z.looseObject({ status: z.string().optional(), message: z.string().optional() }).optional(),
  operationState: OperationState.optional(),
  history: z.array(HistoryEntry).optional(),
  conditions: z.array(Condition).optional(),
  summary: z.looseObject({ images: z.array(z.string()).nullish() }).optional(),
  resources: z.array(ResourceStatus).nullish(),
  /** What the loop remembers: when it took the Application over, and the last revision at which everything was Synced and Healthy. */
  windlass: z
    .looseObject({ adoptedAt: z.string().optional(), healthyRevision: z.string().optional(), healthyAt: z.string().optional() })
    .optional(),
});

/** Argo CD v3.5's Application, the fields that are read. It has no status subresource. */
export const Application = z.object({
  metadata: ObjectMeta,
  spec: z.looseObject({
    project: z.string().optional(),
    source: Source.optional(),
    sources: z.array(Source).optional(),
    destination: z.looseObject({ server: z.string().optional(), name: z.string().optional(), namespace: z.string().optional() }),
    syncPolicy: z
      .looseObject({ automated: Automated.nullish(), syncOptions: z.array(z.string()).nullish(), retry: Retry.nullish() })
      .nullish(),
    revisionHistoryLimit: z.int().nullish(),
  }),
  operation: Operation.nullish(),
  status: Status.nullish(),
});
export type Application = z.infer<typeof Application>;
