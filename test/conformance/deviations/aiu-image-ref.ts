import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { textOf } from '../adapter.ts';
import type { Deviation } from '../deviations.ts';
import { isPossible } from './image-entry.ts';

/** Where Image Updater v0.18 makes an image of a text that no registry could serve, or has two names for one image. */
export const imageRefDeviations: readonly Deviation[] = [
  {
    set: 'aiu-image-ref',
    because:
      'An image that no registry can serve (a scheme, upper case, blanks, a constraint taken for an alias) is refused, not watched in vain.',
    covers: ({ kind, ref, configured }) => /^(parse|live-match)$/.test(String(kind)) && !isPossible(String(ref ?? configured)),
    instead: (answer) => sameJson(answer, { error: true }) || sameJson(answer, { match: false }),
  },
  {
    set: 'aiu-image-ref',
    because: 'Blanks around the = of an alias or the colon of a constraint are not part of them.',
    covers: ({ kind, ref }) => kind === 'parse' && /^\s|\s[=:]|[=:]\s|\s$/.test(String(ref)),
    instead: (answer) => isBody(answer) && ('error' in answer || answer['alias'] === String(answer['alias']).trim()),
  },
  {
    set: 'aiu-image-ref',
    because: 'A comma ends an entry, also behind a constraint: Image Updater never parses such a text, because it cuts the list first.',
    covers: ({ kind, ref }) => kind === 'parse' && String(ref).includes(','),
    instead: (answer, { ref }) => {
      const filled = String(ref)
        .split(',')
        .filter((entry) => entry.trim() !== '');
      return sameJson(answer, { error: true }) || filled.length === 1;
    },
  },
  {
    set: 'aiu-image-ref',
    because: 'A registry may be a bare host with a port also where a constraint follows.',
    covers: (input) => /^(?:[^=]+=)?[^./:=]+:\d+\//.test(textOf(input, input['kind'] === 'parse' ? 'ref' : 'configured')),
    instead: (answer, input) => {
      const image = isBody(answer) ? answer['image'] : undefined;
      return input['kind'] === 'parse' ? /^[^./:]+:\d+\//.test(String(image)) : isBody(answer) && 'match' in answer;
    },
  },
  {
    set: 'aiu-image-ref',
    because: 'arm64 has one variant, so that linux/arm64 and linux/arm64/v8 are one platform (OCI image specification 1.1).',
    covers: ({ kind, offered, platforms }) =>
      kind === 'platform' && /\/arm64$/.test(String(offered)) && /\/arm64\/v8\b/.test(String(platforms)),
    instead: (answer) => sameJson(answer, { wanted: true }),
  },
  {
    set: 'aiu-image-ref',
    because:
      'Docker Hub has one name: nginx, docker.io/nginx and docker.io/library/nginx are one image, whether or not a constraint follows.',
    covers: ({ kind, configured, live }) =>
      kind === 'live-match' && onHub(String(configured)) !== undefined && onHub(String(configured)) === onHub(String(live)),
    instead: (answer) => sameJson(answer, { match: true }),
  },
];

/** The repository of an image of Docker Hub. */
function onHub(written: string): string | undefined {
  const name = written.replace(/^(?:index\.)?docker\.io\//, '');
  const [repository = ''] = name.split(/[:@]/);
  if (/^[^/]*[.:][^/]*\/|^localhost\//.test(name)) return undefined;
  return repository.includes('/') ? repository : `library/${repository}`;
}
