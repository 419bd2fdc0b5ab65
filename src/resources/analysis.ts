import * as z from 'zod';
import { ObjectMeta } from './meta.ts';
import { IntOrString } from './workload.ts';

const Argument = z.looseObject({
  name: z.string(),
  // Tutorials write `value: 9090`: read as text, as a person means it.
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  valueFrom: z
    .looseObject({
      secretKeyRef: z.looseObject({ name: z.string(), key: z.string() }).optional(),
      fieldRef: z.looseObject({ fieldPath: z.string() }).optional(),
      podTemplateHashValue: z.enum(['Stable', 'Latest']).optional(),
    })
    .optional(),
});
export type AnalysisArgument = z.infer<typeof Argument>;

const Prometheus = z.looseObject({
  address: z.string().optional(),
  query: z.string().optional(),
  timeout: z.int().optional(),
  insecure: z.boolean().optional(),
  headers: z.array(z.looseObject({ key: z.string(), value: z.string() })).optional(),
});

const Metric = z.looseObject({
  name: z.string(),
  interval: IntOrString.optional(),
  initialDelay: IntOrString.optional(),
  count: IntOrString.optional(),
  successCondition: z.string().optional(),
  failureCondition: z.string().optional(),
  failureLimit: IntOrString.optional(),
  inconclusiveLimit: IntOrString.optional(),
  consecutiveErrorLimit: IntOrString.optional(),
  consecutiveSuccessLimit: IntOrString.optional(),
  provider: z.looseObject({ prometheus: Prometheus.optional() }),
});
export type Metric = z.infer<typeof Metric>;

const TemplateSpec = z.looseObject({
  metrics: z.array(Metric).nullish(),
  args: z.array(Argument).nullish(),
  dryRun: z.array(z.looseObject({ metricName: z.string() })).nullish(),
  measurementRetention: z.array(z.looseObject({ metricName: z.string(), limit: z.int().optional() })).nullish(),
  templates: z.array(z.looseObject({ templateName: z.string(), clusterScope: z.boolean().optional() })).nullish(),
});

/** Argo Rollouts v1.9's AnalysisTemplate; a ClusterAnalysisTemplate has the same shape. */
export const AnalysisTemplate = z.object({ metadata: ObjectMeta, spec: TemplateSpec });
export type AnalysisTemplate = z.infer<typeof AnalysisTemplate>;

const Measurement = z.looseObject({
  phase: z.string(),
  message: z.string().optional(),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
  resumeAt: z.string().nullish(),
  value: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});
export type Measurement = z.infer<typeof Measurement>;

const MetricResult = z.looseObject({
  name: z.string(),
  phase: z.string(),
  measurements: z.array(Measurement).optional(),
  message: z.string().optional(),
  count: z.int().optional(),
  successful: z.int().optional(),
  failed: z.int().optional(),
  inconclusive: z.int().optional(),
  error: z.int().optional(),
  consecutiveError: z.int().optional(),
  consecutiveSuccess: z.int().optional(),
  dryRun: z.boolean().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});
export type MetricResult = z.infer<typeof MetricResult>;

const RunStatus = z.looseObject({
  phase: z.string().optional(),
  message: z.string().optional(),
  metricResults: z.array(MetricResult).optional(),
  startedAt: z.string().nullish(),
  completedAt: z.string().nullish(),
});
export type AnalysisRunStatus = z.infer<typeof RunStatus>;

export const AnalysisRun = z.object({
  metadata: ObjectMeta,
  spec: TemplateSpec.extend({ terminate: z.boolean().optional() }),
  status: RunStatus.nullish(),
});
export type AnalysisRun = z.infer<typeof AnalysisRun>;
