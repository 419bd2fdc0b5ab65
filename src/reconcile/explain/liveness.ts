import { parseImageReference, splitImageName } from '../../kernel/image.ts';
import type { Watch } from '../../policy/choice.ts';
import type { AppView } from '../world.ts';
import type { Running } from './record.ts';

const maxNamed = 5;

type Liveness = Pick<Running, 'live' | 'because'>;

/**
 * Whether what the Application renders holds the watched image (engine argocd and embedded alike: `status.summary.images`). Image Updater
 * passes over an image that is not there without a word; so it is the first thing to look at where nothing happens.
 */
export function livenessOf(
  { resource }: AppView,
  { image, written, forceUpdate }: Pick<Watch, 'image' | 'written' | 'forceUpdate'>,
): Liveness {
  const images = resource.view.status?.summary?.images ?? [];
  if (images.length === 0) {
    return { live: 'unknown', because: 'the Application lists no images yet (status.summary.images): it was not synced, or runs nothing' };
  }
  const names = images.map((one) => ({ one, name: parseImageReference(one)?.image }));
  const shown = names.filter(({ name }) => name === image).map(({ one }) => one);
  if (shown.length > 0) return { live: 'yes', because: `the Application renders ${shown.join(', ')}` };
  const forced = forceUpdate
    ? '; force-update: "true" raises it all the same'
    : '; it is not raised (force-update: "true" raises it all the same)';
  return { live: 'no', because: `${written} is not live: the Application renders ${few(images)}${likeness(image, names)}${forced}` };
}

/** Not every image of a large Application: the sentence stands in a condition. */
function few(images: readonly string[]): string {
  const more = images.length - maxNamed;
  return `${images.slice(0, maxNamed).join(', ')}${more > 0 ? ` and ${more} more images` : ''}`;
}

/** The usual mistake is the same repository on another registry, or below another path. */
function likeness(image: string, names: readonly { readonly one: string; readonly name: string | undefined }[]): string {
  const last = (name: string) => splitImageName(name).repository.split('/').at(-1);
  const alike = names.find(({ name }) => name !== undefined && last(name) === last(image));
  return alike?.name === undefined
    ? ''
    : ` (${alike.name} is another image than ${image}: write it so in image-list if it is the one meant)`;
}
