import { parse } from 'yaml';
import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import type { ApplicationSource } from '../resources/application.ts';
import { substituteBuildVariables } from './build-variables.ts';
import type { BuildVariables } from './build-variables.ts';
import { setKustomizeImages } from './kustomize-images.ts';
import { refuse } from './inputs.ts';
import type { Refused } from './inputs.ts';

/** The `spec.source.kustomize` of an Application. */
export type KustomizeBlock = NonNullable<ApplicationSource['kustomize']>;

type Edited = { readonly kind: 'edited'; readonly kustomization: Body } | Refused;
type Field = (kustomization: Body, value: unknown, block: KustomizeBlock) => Edited;

// kubeVersion and apiVersions matter only to Helm charts inside a kustomization, which are refused anyway.
const quiet = [
  'forceCommonLabels',
  'labelWithoutSelector',
  'labelIncludeTemplates',
  'forceCommonAnnotations',
  'commonAnnotationsEnvsubst',
  'ignoreMissingComponents',
  'kubeVersion',
  'apiVersions',
];

const fields: Readonly<Record<string, Field>> = {
  namePrefix: (kustomization, value) => edited({ ...kustomization, namePrefix: value }),
  nameSuffix: (kustomization, value) => edited({ ...kustomization, nameSuffix: value }),
  namespace: (kustomization, value) => edited({ ...kustomization, namespace: value }),
  images: (kustomization, value) => setKustomizeImages(kustomization, listOf(value)),
  replicas: (kustomization, value) => edited({ ...kustomization, replicas: byName(kustomization['replicas'], value) }),
  patches: (kustomization, value) => edited({ ...kustomization, patches: [...listOf(kustomization['patches']), ...listOf(value)] }),
  components: (kustomization, value) =>
    edited({ ...kustomization, components: [...listOf(kustomization['components']), ...listOf(value)] }),
  commonLabels: addLabels,
  commonAnnotations: (kustomization, value, block) =>
    addPairs(kustomization, 'commonAnnotations', value, block['forceCommonAnnotations'] === true),
  version: () => refuse('spec.source.kustomize.version is set: there is one kustomize, its version cannot be chosen'),
};

/**
 * The kustomization of a source with the Application's `spec.source.kustomize` applied as Argo CD v3.5 does, which edits the file in
 * its checkout. Fields that Argo CD does not know are ignored as there. The answer is text (JSON, which is YAML).
 */
export function applyKustomizeBlock(
  text: string,
  block: KustomizeBlock,
  variables: BuildVariables,
): { readonly kind: 'text'; readonly text: string } | Refused {
  const value: unknown = parse(text, { logLevel: 'error', merge: true, maxAliasCount: 100 }) ?? {};
  if (!isBody(value)) return refuse('the kustomization is no mapping');
  let kustomization: Body = value;
  for (const [name, held] of Object.entries(withVariables(block, variables))) {
    const field = quiet.includes(name) || !Object.hasOwn(fields, name) ? undefined : fields[name];
    if (field === undefined || isZero(held)) continue;
    const answer = field(kustomization, held, block);
    if (answer.kind === 'refused') return answer;
    kustomization = answer.kustomization;
  }
  return { kind: 'text', text: JSON.stringify(kustomization, null, 2) };
}

/** Component directories that the block adds, as written. */
export function componentsOf(block: KustomizeBlock | undefined): readonly string[] {
  return listOf(block?.['components']).filter((item): item is string => typeof item === 'string');
}

/** Patch files that the block adds, as written. */
export function patchFilesOf(block: KustomizeBlock | undefined): readonly string[] {
  return listOf(block?.['patches']).flatMap((patch) => (isBody(patch) && typeof patch['path'] === 'string' ? [patch['path']] : []));
}

function withVariables(block: KustomizeBlock, variables: BuildVariables): Body {
  const annotations = block['commonAnnotationsEnvsubst'] === true ? ['commonAnnotations'] : [];
  const substituted = ['images', 'commonLabels', ...annotations].map(
    (name) => [name, substituteBuildVariables(block[name], variables)] as const,
  );
  return { ...block, ...Object.fromEntries(substituted) };
}

function addLabels(kustomization: Body, value: unknown, block: KustomizeBlock): Edited {
  if (block['labelWithoutSelector'] !== true) return addPairs(kustomization, 'commonLabels', value, block['forceCommonLabels'] === true);
  const entry = { pairs: value, ...(block['labelIncludeTemplates'] === true ? { includeTemplates: true } : {}) };
  return edited({ ...kustomization, labels: [...listOf(kustomization['labels']), entry] });
}

function addPairs(kustomization: Body, field: string, value: unknown, force: boolean): Edited {
  const before = isBody(kustomization[field]) ? kustomization[field] : {};
  const added = isBody(value) ? value : {};
  const clash = Object.keys(added).find((key) => key in before);
  if (clash !== undefined && !force) return refuse(`spec.source.kustomize.${field} sets ${clash}, which the kustomization sets too`);
  return edited({ ...kustomization, [field]: { ...before, ...added } });
}

function byName(before: unknown, added: unknown): readonly unknown[] {
  const names = new Set(listOf(added).map((entry) => (isBody(entry) ? entry['name'] : undefined)));
  return [...listOf(before).filter((entry) => !isBody(entry) || !names.has(entry['name'])), ...listOf(added)];
}

function edited(kustomization: Body): Edited {
  return { kind: 'edited', kustomization };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function isZero(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}
