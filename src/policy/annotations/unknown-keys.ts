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
    if (read.has(key) || (at.startsWith('windlass.dev/') && !key.includes('.'))) return [];
    return [{ at, got: 'a key that nothing reads', expected: expectedInstead(key, aliases) }];
  });
}

function expectedInstead(key: string, aliases: readonly string[]): string {
  const named = aliases.filter((alias) => alias !== '');
  const known = imageOptions.some((option) => key.endsWith(`.${option}`));
  if (known) return named.length === 0 ? 'an alias in image-list to read it for' : `an alias of image-list: ${named.join(', ')}`;
  return `one of ${(key.includes('.') ? imageOptions : applicationKeys).join(', ')}`;
}
