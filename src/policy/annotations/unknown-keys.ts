import type { Problem } from '../../kernel/problem.ts';
import type { ListedImage } from './image-list.ts';
import type { Settings } from './settings.ts';

const applicationKeys = [
  'image-list',
  'update-strategy',
  'force-update',
  'allow-tags',
  'ignore-tags',
  'pull-secret',
  'write-back-method',
  'write-back-target',
  'git-branch',
  'git-repository',
];

const imageOptions = [
  'update-strategy',
  'force-update',
  'allow-tags',
  'tag-match',
  'ignore-tags',
  'pull-secret',
  'platforms',
  'helm.image-name',
  'helm.image-tag',
  'helm.image-spec',
  'kustomize.image-name',
];

/** Keys that nothing reads, because their option or their alias is spelled differently. Keys of windlass.dev without alias are other rooms'. */
export function unknownKeys(settings: Settings, listed: readonly ListedImage[]): readonly Problem[] {
  const aliases = listed.map(({ alias }) => (alias ?? '').replaceAll('/', '_'));
  const read = new Set([...applicationKeys, ...aliases.flatMap((alias) => imageOptions.map((option) => `${alias}.${option}`))]);
  return [...settings].flatMap(([key, { at }]) => {
    const option = imageOptions.find((name) => key.endsWith(`.${name}`));
    if (read.has(key) || (at.startsWith('windlass.dev/') && !key.includes('.'))) return [];
    const named = aliases.filter((alias) => alias !== '').join(', ');
    const expected =
      option === undefined ? `one of ${[...applicationKeys, ...imageOptions].join(', ')}` : `an alias of image-list (${named})`;
    return [{ at, got: option === undefined ? 'a key that nothing reads' : 'an alias that is not listed', expected }];
  });
}
