import * as z from 'zod';
import { canonicalImageName } from '../../../src/kernel/image.ts';
import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { readWatches } from '../../../src/policy/annotations.ts';
import type { Watch } from '../../../src/policy/choice.ts';
import { compileFilters } from '../../../src/policy/tag-filter.ts';
import { type Input, notRun, textOf } from '../adapter.ts';

const Annotations = z.record(z.string(), z.string());

const application = { cluster: 'in-cluster', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'app' };

/** `image-list`: its entries; `options`: every setting of every image; `filter`: which tags pass allow-tags and ignore-tags. */
export function answer(input: Input): unknown {
  switch (input['kind']) {
    case 'image-list':
      return listImages({ 'argocd-image-updater.argoproj.io/image-list': textOf(input, 'imageList') }, entryOf);
    case 'options':
      return listImages(Annotations.parse(input['annotations']), optionsOf);
    case 'filter':
      return { kept: keptTags(Annotations.parse(input['annotations']), z.array(z.string()).parse(input['tags'])) };
    default:
      return notRun;
  }
}

/** Only what a Watch holds is compared: Docker Hub has one name there, and a pull secret stays the text that it is. */
export function equal(expected: unknown, answered: unknown): boolean {
  const images = isBody(expected) ? z.array(PeerImage).safeParse(expected['images']) : undefined;
  if (images?.success !== true) return sameJson(expected, answered);
  const options = images.data.some(({ strategy }) => strategy !== undefined);
  return sameJson({ images: images.data.map(options ? peerOptions : peerEntry) }, answered);
}

const PeerImage = z.looseObject({
  alias: z.string(),
  registry: z.string(),
  name: z.string(),
  tag: z.looseObject({ name: z.string() }).nullish(),
  strategy: z.string().optional(),
  forceUpdate: z.boolean().optional(),
  ignoreTags: z.array(z.string()).optional(),
  kustomizeImageName: z.string().optional(),
  match: z.looseObject({ func: z.string(), pattern: z.string().optional() }).optional(),
  platforms: z.array(z.string()).optional(),
  pullSecret: z.unknown().optional(),
  helm: z.looseObject({ imageName: z.string(), imageTag: z.string(), imageSpec: z.string() }).optional(),
});
type PeerImage = z.infer<typeof PeerImage>;

function peerEntry({ alias, registry, name, tag }: PeerImage): unknown {
  return { alias, image: canonicalImageName(registry === '' ? name : `${registry}/${name}`), constraint: tag?.name ?? '' };
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
