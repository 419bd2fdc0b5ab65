/** What the repositories of the scenarios hold. Tags are written quoted, with a comment behind the name, as people do. */

export type Workload = { readonly app: string; readonly image: string; readonly namespace: string; readonly tag: string };

const prefix = 'argocd-image-updater.argoproj.io';

/** The overlay's kustomization: the one place where a tag stands. */
function kustomization({ image, namespace, tag }: Workload, resources: readonly string[]): string {
  return `# Written by people, but for the tag.
resources:
${resources.map((resource) => `  - ${resource}`).join('\n')}

namespace: ${namespace}

images:
  - name: ${image}   # one image, one tag
    newTag: ${JSON.stringify(tag)}
`;
}

function podTemplate({ app, image }: Workload, indent: string): string {
  return `template:
  metadata:
    labels:
      app: ${app}
  spec:
    containers:
      - name: web
        image: ${image}
`
    .split('\n')
    .join(`\n${indent}`)
    .trimEnd();
}

/** A plain workload: a Deployment that needs no canary. `more` are other manifests of the overlay, by file name. */
export function plainFiles(workload: Workload, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { app } = workload;
  return {
    ...Object.fromEntries(Object.entries(more).map(([name, text]) => [`overlay/${name}`, text])),
    'overlay/kustomization.yaml': kustomization(workload, ['deployment.yaml', ...Object.keys(more)]),
    'overlay/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${app}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${app}
  ${podTemplate(workload, '  ')}
`,
  };
}

export const overlay = 'overlay/kustomization.yaml';
export const holdsFile = '.windlass/holds.yaml';

export type CanaryOptions = {
  /** Of the Rollout. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Lines of the steps between 20 % and 60 %; one analysis where absent. */
  readonly steps?: readonly string[];
};

const analysisStep = ['- analysis:', '    templates:', '      - templateName: error-ratio'];

/** A Rollout whose canary is measured once at 20 %. */
export function canaryFiles(workload: Workload, metricsUrl: string, options: CanaryOptions = {}): Record<string, string> {
  const { app } = workload;
  const { annotations = {}, steps = analysisStep } = options;
  const written = Object.entries(annotations).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`);
  return {
    'overlay/kustomization.yaml': kustomization(workload, ['rollout.yaml', 'analysis.yaml']),
    'overlay/rollout.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: ${app}
${written.length === 0 ? '' : `  annotations:\n${written.join('')}`}spec:
  replicas: 5
  selector:
    matchLabels:
      app: ${app}
  ${podTemplate(workload, '  ')}
  strategy:
    canary:
      maxSurge: 1
      maxUnavailable: 0
      steps:
        - setWeight: 20
${steps.map((line) => `        ${line}\n`).join('')}        - setWeight: 60
`,
    'overlay/analysis.yaml': `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: error-ratio
spec:
  metrics:
    - name: error-ratio
      count: 1
      failureLimit: 0
      consecutiveErrorLimit: 0
      successCondition: result[0] < 0.05
      provider:
        prometheus:
          address: ${metricsUrl}
          query: ${errorRatio(app)}
`,
  };
}

/** The query that the canary of an app is measured by. */
export function errorRatio(app: string): string {
  return `error_ratio{app="${app}"}`;
}

export type ApplicationOptions = {
  readonly name: string;
  readonly repoUrl: string;
  readonly image: string;
  readonly namespace: string;
  readonly annotations?: Readonly<Record<string, string | undefined>>;
  readonly spec?: Readonly<Record<string, unknown>>;
};

/** An Application with the annotations that Image Updater's users have; `annotations` and `spec` go over them, undefined takes one out. */
export function application({ name, repoUrl, image, namespace, annotations = {}, spec = {} }: ApplicationOptions): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: 'argocd',
      annotations: {
        [`${prefix}/image-list`]: `web=${image}`,
        [`${prefix}/web.update-strategy`]: 'semver',
        [`${prefix}/write-back-method`]: 'git',
        [`${prefix}/write-back-target`]: 'kustomization',
        ...Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key.includes('/') ? key : `${prefix}/${key}`, value])),
      },
    },
    spec: {
      project: 'default',
      source: { repoURL: repoUrl, targetRevision: 'main', path: 'overlay' },
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
      ...spec,
    },
  };
}

/** The Secret of a repository's login. */
export function repositorySecret(name: string, url: string, login: { readonly username: string; readonly password: string }): object {
  const encoded = Object.entries({ type: 'git', url, ...login }).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
    type: 'Opaque',
    data: Object.fromEntries(encoded) as Record<string, string>,
  };
}
