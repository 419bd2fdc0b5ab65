import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { parseConstraint } from '../../../src/policy/semver/constraint.ts';
import type { Input } from '../adapter.ts';
import type { Deviation } from '../deviations.ts';
import { isPossible } from './image-entry.ts';

const prefix = 'argocd-image-updater.argoproj.io/';

/** Where Image Updater v0.18 reads annotations or chooses in a way that cannot help anybody. */
export const aiuDeviations: readonly Deviation[] = [
  {
    set: 'aiu-newest',
    because: 'A constraint that cannot be read is refused also while no tag survives the filters: the person learns of it at once.',
    covers: ({ constraint, strategy }) =>
      !/^(name|alphabetical)$/i.test(String(strategy)) && 'problem' in parseConstraint(String(constraint)),
    instead: (answer) => isBody(answer) && 'error' in answer,
  },
  {
    set: 'aiu13-newest',
    because: 'A constraint that cannot be read is refused also while no tag has a place in the order: the person learns of it at once.',
    covers: ({ constraint, strategy }) => strategy === 'semver' && constraint !== '' && 'problem' in parseConstraint(String(constraint)),
    instead: (answer) => sameJson(answer, { error: true }),
  },
  {
    set: 'aiu13-newest',
    because: 'Strategy digest without a tag to follow is refused with a sentence, as in v0.18, instead of doing nothing.',
    covers: ({ constraint, strategy }) => strategy === 'digest' && constraint === '',
    instead: (answer) => sameJson(answer, { error: true }),
  },
  {
    set: 'aiu-annotations',
    because: 'A text that is no platform is not kept as one that can match nothing.',
    covers: (input) => valuesOf(input, '.platforms').some((value) => value.split(',').some((part) => !isPlatform(part.trim()))),
    instead: (answer) =>
      imagesOf(answer).every(({ platforms }) => Array.isArray(platforms) && platforms.every((one) => isPlatform(String(one)))),
  },
  {
    set: 'aiu-annotations',
    because: 'Blanks around the name of a kustomize image are not part of it.',
    covers: (input) => valuesOf(input, '.kustomize.image-name').some((value) => value !== value.trim()),
    instead: (answer) => imagesOf(answer).every(({ kustomizeImageName: name }) => typeof name === 'string' && name === name.trim()),
  },
  {
    set: 'aiu-annotations',
    because: 'An empty entry of image-list is no image.',
    covers: (input) => entriesOf(input).includes(''),
    instead: (answer, input) => imagesOf(answer).length === entriesOf(input).filter((entry) => entry !== '').length,
  },
  {
    set: 'aiu-annotations',
    because:
      'An image that no registry can serve (a scheme, a name in upper case, a constraint taken for an alias) is refused, not watched in vain.',
    covers: (input) => entriesOf(input).some((entry) => !isPossible(entry)),
    instead: (answer) => sameJson(answer, { error: true }) || sameJson(answer, { kept: [] }),
  },
  {
    set: 'aiu-annotations',
    because: 'A registry may be a bare host with a port also where a constraint follows.',
    covers: (input) => entriesOf(input).some((entry) => /^(?:[^=]+=)?[^./:]+:\d+\/[^:]+:[^:]*[~^<>* ]/.test(entry)),
    instead: (answer) => imagesOf(answer).some((image) => /^[^./:]+:\d+\//.test(imageNameOf(image))),
  },
  {
    set: 'aiu-annotations',
    because: 'Blanks around the = of an alias are not part of it: an annotation key could not hold them.',
    covers: (input) => entriesOf(input).some((entry) => /\s=|=\s/.test(entry)),
    instead: (answer) =>
      imagesOf(answer).every(({ alias, entry }) => !/^\s|\s$/.test(String(alias ?? (isBody(entry) ? entry['alias'] : '')))),
  },
];

function annotationsOf(input: Input): readonly (readonly [string, string])[] {
  const { annotations, imageList } = input;
  if (typeof imageList === 'string') return [[`${prefix}image-list`, imageList]];
  return isBody(annotations) ? Object.entries(annotations).map(([key, value]) => [key, String(value)] as const) : [];
}

function valuesOf(input: Input, suffix: string): readonly string[] {
  return annotationsOf(input).flatMap(([key, value]) => (key.endsWith(suffix) ? [value] : []));
}

function entriesOf(input: Input): readonly string[] {
  return valuesOf(input, `${prefix}image-list`).flatMap((list) => list.split(',').map((entry) => entry.trim()));
}

function isPlatform(text: string): boolean {
  return /^[^/\s]+\/[^/\s]+(?:\/[^/\s]+)?$/.test(text);
}

function imagesOf(answer: unknown): readonly Readonly<Record<string, unknown>>[] {
  const images = isBody(answer) ? answer['images'] : undefined;
  return Array.isArray(images) ? images.filter(isBody) : [];
}

function imageNameOf({ image, entry }: Readonly<Record<string, unknown>>): string {
  return String(image ?? (isBody(entry) ? entry['image'] : ''));
}
