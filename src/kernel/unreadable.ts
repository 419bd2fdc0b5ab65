import { sentenceOf } from './failure.ts';

const said: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of its path is no directory',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
};

/** Why a file could not be read, on one line and without the path, which the caller's sentence names already. */
export function whyUnreadable(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return said[code] ?? sentenceOf(thrown).split('\n')[0] ?? '';
}
