import type { Cast } from './seed.ts';

export type Addresses = { readonly registryHost: string; readonly repoUrl: string; readonly metricsUrl: string };

const rollout = (cast: Cast, image: string) => `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: ${cast.app}
  annotations:
    # While nothing can be measured the canary waits on stable, and tries again by itself.
    windlass.dev/on-error: retry
    windlass.dev/on-error-retry-after: 1s
spec:
  replicas: 5
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      app: ${cast.app}
  template:
    metadata:
      labels:
        app: ${cast.app}
    spec:
      containers:
        - name: web
          image: ${image}
          ports:
            - containerPort: 8080
  strategy:
    canary:
      maxSurge: 1
      maxUnavailable: 0
      steps:
        - setWeight: 20
        - pause: {duration: 1s}
        - analysis:
            templates:
              - templateName: error-ratio
            args:
              - name: hash
                valueFrom:
                  podTemplateHashValue: Latest
        - setWeight: 60
        - pause: {duration: 1s}
`;

const template = (cast: Cast, metricsUrl: string) => `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: error-ratio
spec:
  args:
    - name: hash
  metrics:
    - name: error-ratio
      count: 2
      interval: 1s
      failureLimit: 0
      consecutiveErrorLimit: 0
      successCondition: result[0] < 0.05
      provider:
        prometheus:
          address: ${metricsUrl}
          query: |
            sum(rate(http_requests_total{app="${cast.app}",rollouts_pod_template_hash="{{args.hash}}",code=~"5.."}[2s]))
            /
            sum(rate(http_requests_total{app="${cast.app}",rollouts_pod_template_hash="{{args.hash}}"}[2s]))
`;

const service = (cast: Cast) => `apiVersion: v1
kind: Service
metadata:
  name: ${cast.app}
spec:
  selector:
    app: ${cast.app}
  ports:
    - name: http
      port: 80
      targetPort: 8080
`;

/** The files of the Git repository, by path. */
export function repositoryFiles(cast: Cast, at: Addresses): Readonly<Record<string, string>> {
  const image = `${at.registryHost}/${cast.repository}`;
  return {
    'README.md': `# What runs in production\n\nThe image of ${cast.app} is kept current by a bot.\n`,
    [`apps/${cast.app}/base/kustomization.yaml`]: 'resources:\n  - rollout.yaml\n  - service.yaml\n  - analysis.yaml\n',
    [`apps/${cast.app}/base/rollout.yaml`]: rollout(cast, image),
    [`apps/${cast.app}/base/service.yaml`]: service(cast),
    [`apps/${cast.app}/base/analysis.yaml`]: template(cast, at.metricsUrl),
    [`apps/${cast.app}/overlays/prod/kustomization.yaml`]: `# Production. The tag below is written by the bot; everything else is ours.
resources:
  - ../../base

namespace: ${cast.namespace}

images:
  - name: ${image}   # one image, one tag
    newTag: ${JSON.stringify(cast.versions.first)}
`,
  };
}

/** The Application in the dialect that Image Updater's users have already. */
export function applicationManifest(cast: Cast, at: Addresses): object {
  const prefix = 'argocd-image-updater.argoproj.io';
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: cast.app,
      namespace: 'argocd',
      annotations: {
        [`${prefix}/image-list`]: `web=${at.registryHost}/${cast.repository}`,
        [`${prefix}/web.update-strategy`]: 'semver',
        [`${prefix}/web.allow-tags`]: 'regexp:^v?[0-9]+\\.[0-9]+\\.[0-9]+$',
        [`${prefix}/write-back-method`]: 'git',
        [`${prefix}/write-back-target`]: 'kustomization',
      },
    },
    spec: {
      project: 'default',
      source: { repoURL: at.repoUrl, targetRevision: 'main', path: `apps/${cast.app}/overlays/prod` },
      destination: { server: 'https://kubernetes.default.svc', namespace: cast.namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  };
}

/** The Secret that gives the bot its Git login, as Argo CD's users write it. */
export function repositorySecret(at: Addresses, login: { username: string; password: string }): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'repo', namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
    type: 'Opaque',
    data: Object.fromEntries(
      Object.entries({ type: 'git', url: at.repoUrl, ...login }).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  };
}
