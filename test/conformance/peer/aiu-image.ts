import * as z from 'zod';
import { canonicalImageName } from '../../../src/kernel/image.ts';

/** An image as the rows of Image Updater write it, with the options of its annotations where they were asked for. */
export const PeerImage = z.looseObject({
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
export type PeerImage = z.infer<typeof PeerImage>;

/** What a Watch holds of it. */
export function peerEntry({ alias, registry, name, tag }: PeerImage): unknown {
  return { alias, image: canonicalImageName(registry === '' ? name : `${registry}/${name}`), constraint: tag?.name ?? '' };
}
