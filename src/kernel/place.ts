import type { ObjectRef, RepoId } from './refs.ts';
import { refKey } from './refs.ts';

/** A path in a document by identity: `images[name=reg/shop].newTag` is ['images', {key: 'name', is: 'reg/shop'}, 'newTag']. */
export type DocPath = readonly (string | { readonly key: string; readonly is: string })[];

/** Where a tag is written in Git. */
export type GitPlace = { readonly repo: RepoId; readonly branch: string; readonly file: string; readonly path: DocPath };

/** Where a tag is written: in a file of a branch, or in a field of an Application. */
export type Place = GitPlace | { readonly application: ObjectRef; readonly path: DocPath };

export function isGitPlace(place: Place): place is GitPlace {
  return 'repo' in place;
}

/** `images[name=reg/shop].newTag`. */
export function describePath(path: DocPath): string {
  return path.map((step, index) => (typeof step === 'string' ? (index === 0 ? step : `.${step}`) : `[${step.key}=${step.is}]`)).join('');
}

/** One text per place: for maps, trailers and sorting. */
export function placeKey(place: Place): string {
  if (isGitPlace(place)) return `${place.repo}#${place.branch}:${place.file}:${describePath(place.path)}`;
  return `${refKey(place.application)}:${describePath(place.path)}`;
}
