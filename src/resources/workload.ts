import * as z from 'zod';
import { ObjectMeta } from './meta.ts';

export const IntOrString = z.union([z.int(), z.string()]);

const Container = z.looseObject({ name: z.string(), image: z.string().optional() });

/** A pod template: the images are read, everything else is carried along. */
export const PodTemplate = z.looseObject({
  metadata: z
    .looseObject({ labels: z.record(z.string(), z.string()).nullish(), annotations: z.record(z.string(), z.string()).nullish() })
    .nullish(),
  spec: z.looseObject({ containers: z.array(Container), initContainers: z.array(Container).nullish() }),
});
export type PodTemplate = z.infer<typeof PodTemplate>;

export const ReplicaSet = z.object({
  metadata: ObjectMeta,
  spec: z.object({ replicas: z.int().optional(), template: PodTemplate }),
  status: z
    .object({
      replicas: z.int().optional(),
      readyReplicas: z.int().optional(),
      availableReplicas: z.int().optional(),
      observedGeneration: z.number().optional(),
    })
    .nullish(),
});
export type ReplicaSet = z.infer<typeof ReplicaSet>;

const ContainerStatus = z.object({
  name: z.string(),
  image: z.string().optional(),
  imageID: z.string().optional(),
  ready: z.boolean().optional(),
});

export const Pod = z.object({
  metadata: ObjectMeta,
  spec: z.looseObject({ containers: z.array(Container) }).optional(),
  status: z.object({ phase: z.string().optional(), containerStatuses: z.array(ContainerStatus).nullish() }).nullish(),
});
export type Pod = z.infer<typeof Pod>;
