import { stringify } from 'yaml';

type Named = { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } };

const template = { metadata: { labels: { app: 'extra' } }, spec: { containers: [{ name: 'web', image: 'extra:1' }] } };
const selector = { matchLabels: { app: 'extra' } };
const jobTemplate = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
const argo = 'argoproj.io/v1alpha1';
const metrics = [{ name: 'always', count: 1, provider: { prometheus: { address: 'http://127.0.0.1:9', query: 'vector(1)' } } }];

/** By API version and kind: the least that the API server takes, with nothing that would run. */
const specs: readonly (readonly [apiVersion: string, kind: string, rest: object])[] = [
  ['v1', 'ConfigMap', { data: { colour: 'blue' } }],
  ['v1', 'Namespace', {}],
  ['v1', 'PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }],
  ['v1', 'ServiceAccount', {}],
  ['v1', 'Service', { spec: { selector: { app: 'extra' }, ports: [{ port: 80 }] } }],
  ['apps/v1', 'DaemonSet', { spec: { selector, template } }],
  ['apps/v1', 'Deployment', { spec: { replicas: 0, selector, template } }],
  ['apps/v1', 'StatefulSet', { spec: { replicas: 0, serviceName: 'extra', selector, template } }],
  [argo, 'AnalysisTemplate', { spec: { metrics } }],
  [argo, 'ClusterAnalysisTemplate', { spec: { metrics } }],
  [argo, 'Rollout', { spec: { replicas: 0, selector, template, strategy: { canary: {} } } }],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    { spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'extra' } } },
  ],
  ['batch/v1', 'CronJob', { spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: { template: jobTemplate } } } }],
  ['batch/v1', 'Job', { spec: { suspend: true, template: jobTemplate } }],
  ['networking.k8s.io/v1', 'Ingress', { spec: { defaultBackend: { service: { name: 'extra', port: { number: 80 } } } } }],
  ['networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {} } }],
  ['policy/v1', 'PodDisruptionBudget', { spec: { selector, maxUnavailable: 1 } }],
];

const objects = specs.map(([apiVersion, kind, rest]): Named => ({ apiVersion, kind, metadata: { name: 'extra' }, ...rest }));

const folder = 'manifests';
const kept = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } };
const fileOf = ({ kind }: Named): string => `${folder}/${kind.toLowerCase()}.yaml`;

/** One object of every kind that Applications may hold by default, all with this label, and one more that stays. */
export function workloadFiles(version: string): Readonly<Record<string, string>> {
  const written = (object: Named) => stringify({ ...object, metadata: { ...object.metadata, labels: { version } } });
  return { [`${folder}/kept.yaml`]: stringify(kept), ...Object.fromEntries(objects.map((object) => [fileOf(object), written(object)])) };
}

/** The commit that takes all of them but one out again. */
export const withoutWorkloads = Object.fromEntries(objects.map((object) => [fileOf(object), null]));

/** Of an Application whose directory holds them. */
export function workloadSource(repoURL: string): Readonly<Record<string, unknown>> {
  return { source: { repoURL, targetRevision: 'main', path: folder } };
}
