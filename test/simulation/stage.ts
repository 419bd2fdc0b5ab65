import type { RenderPort } from '../../src/reconcile/ports.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import type { Life, Machine } from './machine.ts';
import type { ModelRepository } from './repository.ts';

/** An Application of the simulated world; two of them may read one overlay, and so share a place. */
export type Staged = { readonly name: string; readonly image: string; readonly overlay: string };

const repoUrl = 'https://git.test/team/deploy.git';
export const holdsPath = '.windlass/holds.yaml';
const prefix = 'argocd-image-updater.argoproj.io';

export function kustomizationOf({ overlay }: Pick<Staged, 'overlay'>): string {
  return `${overlay}/kustomization.yaml`;
}

/** What a person wrote in the beginning: the tag is one scalar among other bytes. */
export function firstFiles(staged: readonly Staged[], tag: string): ReadonlyMap<string, string> {
  return new Map(
    staged.flatMap(({ image, overlay }) => [
      [
        `${overlay}/kustomization.yaml`,
        `# by hand, but for the tag\nresources:\n  - rollout.yaml\nimages:\n  - name: ${image}   # one image\n    newTag: "${tag}"\n`,
      ],
      [`${overlay}/mode.txt`, 'calm'],
    ]),
  );
}

export function applicationOf({ name, image, overlay }: Staged): KubeObject {
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
      },
    },
    spec: {
      project: 'default',
      source: { repoURL: repoUrl, targetRevision: 'main', path: overlay },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  };
}

/** The reference behind the image in a kustomization, as it stands there; undefined where there is none. */
export function referenceIn(text: string | undefined): string | undefined {
  const tag = /^\s*newTag: *"?([^"\s#]+)"?/m.exec(text ?? '')?.[1];
  const digest = /^\s*digest: *"?([^"\s#]+)"?/m.exec(text ?? '')?.[1];
  if (tag === undefined && digest === undefined) return undefined;
  return `${tag ?? ''}${digest === undefined ? '' : `@${digest}`}`;
}

/** A rendering without a tool: what these kustomizations mean. */
export function renderPort(repository: ModelRepository, machine: Machine, life: Life): RenderPort {
  return {
    async render({ revision, source }) {
      await machine.turn(life);
      const { files } = repository.commit(revision);
      const overlay = source.path ?? '';
      const text = files.get(`${overlay}/kustomization.yaml`);
      const image = /name: (\S+)/.exec(text ?? '')?.[1];
      if (text === undefined || image === undefined) return { kind: 'refused', because: `${overlay} holds no kustomization` };
      const reference = referenceIn(text);
      const pulled = reference === undefined ? image : reference.startsWith('@') ? `${image}${reference}` : `${image}:${reference}`;
      return { kind: 'rendered', revision, tool: 'kustomize', objects: objectsFor(pulled, files.get(`${overlay}/mode.txt`) ?? '') };
    },
  };
}

function objectsFor(image: string, mode: string): readonly KubeObject[] {
  const labels = { app: 'web' };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'web', image, env: [{ name: 'MODE', value: mode }] }] },
  };
  const hash = { name: 'hash', valueFrom: { podTemplateHashValue: 'Latest' } };
  const steps = [
    { setWeight: 20 },
    { pause: { duration: '1s' } },
    { analysis: { templates: [{ templateName: 'errors' }], args: [hash] } },
    { setWeight: 60 },
    { pause: { duration: '20s' } },
  ];
  return [
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'web' },
      spec: {
        replicas: 5,
        selector: { matchLabels: labels },
        template,
        strategy: { canary: { maxSurge: 1, maxUnavailable: 0, steps } },
      },
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name: 'errors' },
      spec: {
        args: [{ name: 'hash' }],
        metrics: [
          {
            name: 'error-ratio',
            count: 1,
            failureLimit: 0,
            successCondition: 'result[0] < 0.05',
            provider: { prometheus: { address: 'http://prometheus.test', query: 'error_ratio{hash="{{args.hash}}"}' } },
          },
        ],
      },
    },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: labels, ports: [{ port: 80 }] } },
  ];
}
