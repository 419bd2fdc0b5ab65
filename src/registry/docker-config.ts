import type { ImageName } from '../kernel/image.ts';
import { splitImageName } from '../kernel/image.ts';
import type { Body } from '../kernel/json.ts';
import { isBody } from '../kernel/json.ts';
import type { Credential } from '../kernel/secret.ts';
import { Secret } from '../kernel/secret.ts';

/** A docker configuration as far as it logs in: entries by host or path, and programs that know logins. */
export type DockerConfig = { readonly auths: Body; readonly credHelpers: Body; readonly credsStore?: string };

/** Reads `config.json`, `.dockerconfigjson`, or the legacy `.dockercfg`, whose entries stand at the top; undefined where it is none. */
export function readDockerConfig(text: string): DockerConfig | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isBody(parsed)) return undefined;
  const { auths, credHelpers, credsStore } = parsed;
  const known = [auths, credHelpers, credsStore].some((held) => held !== undefined);
  return {
    auths: isBody(auths) ? auths : known ? {} : parsed,
    credHelpers: isBody(credHelpers) ? credHelpers : {},
    ...(typeof credsStore === 'string' && credsStore !== '' ? { credsStore } : {}),
  };
}

/** `user:password`, split at the first colon, so that passwords may hold some; undefined without one. */
export function splitUserPassword(text: string): Credential | undefined {
  const colon = text.indexOf(':');
  return colon <= 0 ? undefined : { username: text.slice(0, colon), password: new Secret(text.slice(colon + 1).trimEnd()) };
}

/** The login of the entry for the image's registry, or for the longest path of whole segments in it (as kubelets match them). */
export function configLogin(config: DockerConfig, image: ImageName): Credential | undefined {
  const entry = entryFor(config.auths, image)?.held;
  if (!isBody(entry)) return undefined;
  const { auth, username, password } = entry;
  if (typeof auth === 'string' && auth !== '') return splitUserPassword(Buffer.from(auth, 'base64').toString('utf8'));
  return typeof username === 'string' && typeof password === 'string' ? { username, password: new Secret(password) } : undefined;
}

/** The credential helper for the image's registry and the name under which it knows it: the registry's own before the general one. */
export function configHelper(config: DockerConfig, image: ImageName): { readonly helper: string; readonly server: string } | undefined {
  const { registry } = splitImageName(image);
  const own = entryFor(config.credHelpers, image);
  if (typeof own?.held === 'string' && own.held !== '') return { helper: own.held, server: own.key };
  if (config.credsStore === undefined) return undefined;
  return { helper: config.credsStore, server: registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry };
}

type Entry = { readonly key: string; readonly held: unknown };

function entryFor(entries: Body, image: ImageName): Entry | undefined {
  const matching = Object.entries(entries).flatMap(([key, held]) => {
    const scope = scopeOf(key);
    return coversImage(scope, image) ? [{ key, held, scope }] : [];
  });
  // The longest scope is the closest one; equal ones are told apart by their text.
  return matching.sort((left, right) => right.scope.length - left.scope.length || (left.key < right.key ? -1 : 1))[0];
}

/** What an entry is for: `https://index.docker.io/v1/` is `docker.io`. */
function scopeOf(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .replace(/\/v[12]$/, '')
    .replace(/^(?:index|registry-1)\.docker\.io(?=\/|$)/, 'docker.io');
}

/** Whole labels and whole segments; a label may hold one `*` (kubelet: `*.azurecr.io`, not `registry.*.*`'s dots). */
function coversImage(scope: string, image: ImageName): boolean {
  const [host = '', ...path] = scope.split('/');
  const [registry = '', ...repository] = image.split('/');
  const [labels, names] = [host.split('.'), registry.split('.')];
  return (
    labels.length === names.length &&
    labels.every((label, index) => matchesLabel(label, names[index] ?? '')) &&
    path.every((segment, index) => segment === repository[index])
  );
}

function matchesLabel(pattern: string, label: string): boolean {
  const [before = '', after, ...more] = pattern.split('*');
  if (after === undefined) return pattern === label;
  return more.length === 0 && label.length >= before.length + after.length && label.startsWith(before) && label.endsWith(after);
}
