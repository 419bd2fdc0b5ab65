const unsafeSegment = (segment: string): boolean =>
  segment === '' || segment === '.' || segment === '..' || segment.toLowerCase() === '.git' || segment.includes('\0');

/** Whether a path of a tree can be written below a folder of ours: no part of it leaves, hides in `.git`, or is empty. */
export function staysInside(path: string): boolean {
  return !path.startsWith('/') && !path.split('/').some(unsafeSegment);
}

/** Joins a relative path to a directory of the repository ('' is the root); undefined where it leaves the repository. */
export function joinInRepository(directory: string, relative: string): string | undefined {
  if (relative.startsWith('/')) return undefined;
  const joined: string[] = directory === '' ? [] : directory.split('/');
  for (const segment of relative.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') joined.push(segment);
    else if (joined.pop() === undefined) return undefined;
  }
  return joined.join('/');
}

/** Path of a file as seen from a directory that holds it. */
export function below(directory: string, path: string): string {
  return directory === '' ? path : path.slice(directory.length + 1);
}
