/** A Kubernetes object, by what stays the same when its version does not. `group` is '' for the core group, `namespace` '' for cluster scope. */
export type ObjectRef = {
  readonly cluster: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
};

/** One text per object, without its uid: for maps, queues and sorting. */
export function refKey(ref: ObjectRef): string {
  return `${ref.cluster}|${ref.group}/${ref.kind}|${ref.namespace}/${ref.name}`;
}

/** `Rollout shop/web`, for sentences. */
export function describeRef(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace === '' ? '' : `${ref.namespace}/`}${ref.name}`;
}

/** Canonical repository: https, ssh, with and without .git, letter case of the host are one repository with one id. */
export type RepoId = string;

/** Full commit id in hex. */
export type Sha = string;

/** Git object id in hex; of a blob where nothing else is said. */
export type Oid = string;

/** `host/path` of a repository address. Credentials, scheme, default port and a trailing .git do not count. */
export function repoIdOf(url: string): RepoId {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(url);
  if (scp !== null && !url.includes('://')) return joinRepo(scp[1] ?? '', scp[2] ?? '');
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return url;
  const port = parsed.port === '' || (parsed.protocol === 'ssh:' && parsed.port === '22') ? '' : `:${parsed.port}`;
  return joinRepo(`${parsed.hostname.toLowerCase()}${port}`, decoded(parsed.pathname));
}

/** A path that is written in code (`%20`) and plain is one; one that is no code stays as it is. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function joinRepo(host: string, path: string): RepoId {
  return `${host.toLowerCase()}/${path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')}`;
}
