import { parseImageReference, type Reference, sameReference, shortImageName } from '../../../src/kernel/image.ts';
import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { readImageList } from '../../../src/policy/annotations/image-list.ts';
import { readPlatforms } from '../../../src/policy/annotations/options.ts';
import { isPlatform } from '../../../src/policy/guard/platforms.ts';
import { type Input, notRun, textOf } from '../adapter.ts';
import { PeerImage, peerEntry } from '../peer/aiu-image.ts';

/** `parse`: one entry of image-list; `live-match`: whether what runs is what is watched; the others as they are called. */
export function answer(input: Input): unknown {
  switch (input['kind']) {
    case 'parse':
      return parsed(textOf(input, 'ref'));
    case 'live-match':
      return { match: isLive(textOf(input, 'configured'), textOf(input, 'live')) };
    case 'platform':
      return { wanted: isWanted(textOf(input, 'platforms'), textOf(input, 'offered')) };
    case 'tag-equal':
      return { equal: sameReference(referenceOf(input['a']), referenceOf(input['b'])) };
    case 'registry-prefix': {
      const name = textOf(input, 'name');
      return { has: shortImageName(name) !== name, short: shortImageName(name) };
    }
    default:
      return notRun;
  }
}

/** Of a parsed image only what a Watch holds is compared: Docker Hub has one name there, and a digest is not used. */
export function equal(expected: unknown, answered: unknown): boolean {
  const image = PeerImage.safeParse(expected);
  return sameJson(image.success ? peerEntry(image.data) : expected, answered);
}

function parsed(ref: string): unknown {
  const { listed, problems } = readImageList({ at: 'image-list', value: ref });
  const [one, ...more] = listed;
  if (one === undefined || problems.length > 0 || more.length > 0) return { error: true };
  return { alias: one.alias ?? '', image: one.image, constraint: one.constraint ?? '' };
}

function isLive(configured: string, live: string): boolean {
  const { listed } = readImageList({ at: 'image-list', value: configured });
  return listed[0] !== undefined && listed[0].image === parseImageReference(live)?.image;
}

/** No platforms at all: each is wanted. */
function isWanted(platforms: string, offered: string): boolean {
  const wanted = readPlatforms({ at: 'platforms', value: platforms }).value ?? [];
  return platforms === '' || wanted.some((one) => isPlatform(offered, one));
}

function referenceOf(peer: unknown): Reference {
  const { name, digest } = isBody(peer) ? peer : {};
  return { tag: String(name), ...(typeof digest === 'string' && digest !== '' ? { digest } : {}) };
}
