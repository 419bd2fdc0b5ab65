/** What a path of the distribution API asks for; `reference` is a tag, a digest or the id of an upload. */
export type Route = {
  readonly kind: 'root' | 'ping' | 'token' | 'tags' | 'manifest' | 'blob' | 'upload' | 'unknown';
  readonly repository: string;
  readonly reference: string;
};

const name = '([a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*)';
// A tag, or anything that has the form of a digest of some algorithm.
const reference = '[\\w][\\w.-]{0,127}|[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}';

const patterns: readonly (readonly [Route['kind'], RegExp])[] = [
  ['root', /^\/$/],
  ['ping', /^\/v2\/?$/],
  ['token', /^\/token$/],
  ['tags', new RegExp(`^/v2/${name}/tags/list$`)],
  ['manifest', new RegExp(`^/v2/${name}/manifests/(${reference})$`)],
  ['upload', new RegExp(`^/v2/${name}/blobs/uploads/([^/]*)$`)],
  ['blob', new RegExp(`^/v2/${name}/blobs/([^/]+)$`)],
];

export function routeOf(url: URL): Route {
  for (const [kind, pattern] of patterns) {
    const match = pattern.exec(url.pathname);
    if (match !== null) return { kind, repository: match[1] ?? '', reference: decodeURIComponent(match[2] ?? '') };
  }
  return { kind: 'unknown', repository: '', reference: '' };
}
