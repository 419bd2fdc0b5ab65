import * as z from 'zod';
import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { readWatches } from '../../../src/policy/annotations.ts';
import { parseCredential } from '../../../src/policy/annotations/credential.ts';
import type { BranchPart } from '../../../src/policy/annotations/branch-template.ts';
import type { Watch } from '../../../src/policy/choice.ts';
import { compileGlob } from '../../../src/policy/glob.ts';
import { compileFilters } from '../../../src/policy/tag-filter.ts';
import { type Input, notRun, textOf } from '../adapter.ts';
import { PeerImage, peerEntry } from '../peer/aiu-image.ts';

const Annotations = z.record(z.string(), z.string());

const application = { cluster: 'in-cluster', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'app' };

/**
 * `image-list`: its entries; `options`: every setting of every image; `filter`: which tags pass allow-tags and ignore-tags;
 * `credential-source`: one `pull-secret`; `name-pattern`: globs over a name; `write-back-config`: what the annotations say of it.
 */
export function answer(input: Input): unknown {
  switch (input['kind']) {
    case 'image-list':
      return listImages({ 'argocd-image-updater.argoproj.io/image-list': textOf(input, 'imageList') }, entryOf);
    case 'options':
      return listImages(Annotations.parse(input['annotations']), optionsOf);
    case 'filter':
      return { kept: keptTags(Annotations.parse(input['annotations']), z.array(z.string()).parse(input['tags'])) };
    case 'credential-source':
      return credentialOf(textOf(input, 'text'), input['requireRegistryPrefix'] === true);
    case 'name-pattern':
      return { match: matchesAny(textOf(input, 'name'), z.array(z.string()).parse(input['patterns'])) };
    case 'write-back-config':
      return writeBackOf(Application.parse(input['application']));
    default:
      return notRun;
  }
}

/** Only what annotations say is compared: Docker Hub has one name, and which file a target means is the write-back room's answer. */
export function equal(expected: unknown, answered: unknown): boolean {
  if (isBody(expected) && ('error' in expected || 'gitBranch' in expected)) return sameJson(peerAnswer(expected), answered);
  const images = isBody(expected) ? z.array(PeerImage).safeParse(expected['images']) : undefined;
  if (images?.success !== true) return sameJson(expected, answered);
  const options = images.data.some(({ strategy }) => strategy !== undefined);
  return sameJson({ images: images.data.map(options ? peerOptions : peerEntry) }, answered);
}

function peerOptions(image: PeerImage): unknown {
  const { strategy, forceUpdate, ignoreTags, kustomizeImageName, match, platforms, helm } = image;
  return {
    entry: peerEntry(image),
    strategy,
    forceUpdate,
    ignoreTags,
    kustomizeImageName,
    match: match?.func === 'regexp' ? { func: 'regexp', pattern: match.pattern } : { func: match?.func },
    platforms,
    pullSecret: image.pullSecret !== null,
    helm: { imageName: helm?.imageName, imageTag: helm?.imageTag, imageSpec: helm?.imageSpec },
  };
}

function listImages(annotations: Readonly<Record<string, string>>, describe: (watch: Watch) => unknown): unknown {
  const wishes = readWatches(application, annotations);
  if (wishes.kind === 'unmanaged') return { images: [] };
  return wishes.kind === 'refused' ? { error: true } : { images: wishes.watches.map(describe) };
}

function entryOf({ alias, image, constraint }: Watch): unknown {
  return { alias: alias ?? '', image, constraint: constraint ?? '' };
}

function optionsOf(watch: Watch): unknown {
  const { strategy, forceUpdate, ignore, kustomizeName, allow, platforms, pullSecret, helm } = watch;
  return {
    entry: entryOf(watch),
    strategy,
    forceUpdate,
    ignoreTags: ignore,
    kustomizeImageName: kustomizeName ?? '',
    match: allow.kind === 'regexp' ? { func: 'regexp', pattern: allow.expression } : { func: allow.kind === 'any' ? 'any' : 'none' },
    platforms: platforms ?? [],
    pullSecret: pullSecret !== undefined,
    helm: { imageName: '', imageTag: '', imageSpec: '', ...helm },
  };
}

function keptTags(annotations: Readonly<Record<string, string>>, tags: readonly string[]): readonly string[] {
  const wishes = readWatches(application, annotations);
  const watch = wishes.kind === 'watched' ? wishes.watches[0] : undefined;
  if (watch === undefined) return [];
  const dropped = compileFilters(watch.allow, watch.ignore);
  return tags.filter((tag) => dropped(tag) === undefined);
}

const Application = z.looseObject({ metadata: z.looseObject({ annotations: Annotations }) });

/** Whether there is an error is the contract, not its text; of write-back what the annotations alone decide. */
function peerAnswer(expected: Readonly<Record<string, unknown>>): unknown {
  if (expected['source'] !== undefined && expected['source'] !== null) return expected;
  if (expected['error'] === false || !('gitBranch' in expected)) return { error: expected['error'] !== false };
  const { method, gitBranch, gitWriteBranch } = expected;
  return { method, gitBranch, gitWriteBranch };
}

function writeBackOf({ metadata }: z.infer<typeof Application>): unknown {
  const wishes = readWatches(application, metadata.annotations);
  if (wishes.kind !== 'watched') return { error: true };
  const { method, branches = {} } = wishes.writeBack;
  return { method, gitBranch: branches.base ?? '', gitWriteBranch: (branches.write ?? []).map(printPart).join('') };
}

function printPart(part: BranchPart): string {
  if ('text' in part) return part.text;
  return 'value' in part ? `{{.${part.value}}}` : `{{range .Images}}${part.eachImage.map(printImagePart).join('')}{{end}}`;
}

function printImagePart(part: Extract<BranchPart, { eachImage: unknown }>['eachImage'][number]): string {
  return 'image' in part ? `{{.${part.image}}}` : printPart(part);
}

function credentialOf(text: string, registryNeeded: boolean): unknown {
  const wish = parseCredential(text);
  if (wish === undefined || (registryNeeded && wish.registry === undefined)) return { error: true };
  const empty = { env: '', field: '', name: '', namespace: '', registry: wish.registry ?? '', script: '', type: wish.kind };
  switch (wish.kind) {
    case 'pullsecret':
      return { error: false, source: { ...empty, field: '.dockerconfigjson', name: wish.name, namespace: wish.namespace } };
    case 'secret':
      return { error: false, source: { ...empty, field: wish.field, name: wish.name, namespace: wish.namespace } };
    case 'env':
      return { error: false, source: { ...empty, env: wish.variable } };
    case 'ext':
      return { error: false, source: { ...empty, script: wish.path } };
  }
}

/** No pattern matches every name. */
function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.length === 0 || patterns.some((pattern) => compileGlob(pattern)?.(name) === true);
}
