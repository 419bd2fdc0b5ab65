import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { satisfies } from 'semver';
import { versionOf } from './version-of.ts';

/** A program that the tests run against, where it is at hand: users have these, stand-ins have to behave like them. */
export type CounterpartName =
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'etcd'
  | 'kubectl'
  | 'registry'
  | 'prometheus'
  | 'gitea'
  | 'helm'
  | 'kubectl-argo-rollouts'
  | 'sshd';

/** Where a program was found and what it said of itself. */
export type Found = { readonly path: string; readonly version: string; readonly from: 'KUBEBUILDER_ASSETS' | 'cache' | 'PATH' };

/** How a program is asked for its version, and which answers do (a semver range). */
type Wanted = { readonly ask: readonly string[]; readonly range: string };

const wanted: Readonly<Record<CounterpartName, Wanted>> = {
  'kube-apiserver': { ask: ['--version'], range: '1.34.x' },
  'kube-controller-manager': { ask: ['--version'], range: '1.34.x' },
  etcd: { ask: ['--version'], range: '3.6.x' },
  kubectl: { ask: ['version', '--client', '-o', 'json'], range: '>=1.33.0 <1.40.0' },
  // Older ones answer every tag at once, whatever `n` asks for.
  registry: { ask: ['--version'], range: '3.x' },
  prometheus: { ask: ['--version'], range: '>=3.0.0 <4.0.0' },
  gitea: { ask: ['--version'], range: '>=1.25.0 <2.0.0' },
  helm: { ask: ['version', '--short'], range: '>=3.18.0 <4.0.0' },
  'kubectl-argo-rollouts': { ask: ['version', '--short'], range: '>=1.8.0 <2.0.0' },
  sshd: { ask: ['-V'], range: '>=8.0.0' },
};

export const counterpartNames = Object.keys(wanted) as readonly CounterpartName[];

/** The folder that `npm run real:install` fills: WINDLASS_REAL, else `windlass/real` in the user's cache directory. */
export function cacheFolder(): string {
  const chosen = process.env['WINDLASS_REAL'];
  if (chosen) return chosen;
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg ? xdg : join(homedir(), '.cache'), 'windlass', 'real');
}

/** Templates and options that a Gitea without built-in files reads (STATIC_ROOT_PATH); undefined where they are not there. */
export function giteaFiles(): string | undefined {
  const folder = join(cacheFolder(), 'gitea-files');
  return existsSync(join(folder, 'options')) ? folder : undefined;
}

/** Whether the program at `path` says a version that does for `name`; that version, or undefined. */
export function acceptedVersion(name: CounterpartName, path: string): string | undefined {
  const version = existsSync(path) ? versionOf(path, wanted[name].ask, cacheFolder()) : undefined;
  return version !== undefined && satisfies(version, wanted[name].range) ? version : undefined;
}

/** The range of versions that do, as semver writes it. */
export function wantedRange(name: CounterpartName): string {
  return wanted[name].range;
}

/** The first program called `name` whose version does: KUBEBUILDER_ASSETS, the cache folder, PATH. */
export function findCounterpart(name: CounterpartName): Found | undefined {
  for (const { folder, from } of places(name)) {
    const path = join(folder, name);
    const version = acceptedVersion(name, path);
    if (version !== undefined) return { path, version, from };
  }
  return undefined;
}

const found = new Map<CounterpartName, Found | undefined>();

/** Absolute path of a program whose version does, looked for once per process; undefined where there is none. */
export function counterpart(name: CounterpartName): string | undefined {
  if (!found.has(name)) found.set(name, findCounterpart(name));
  return found.get(name)?.path;
}

function places(name: CounterpartName): readonly { readonly folder: string; readonly from: Found['from'] }[] {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  // Administrators' folders are not on everybody's PATH, and sshd has to be called by its absolute path.
  const searched = name === 'sshd' ? ['/usr/sbin', ...path] : path;
  return [
    ...(assets ? [{ folder: assets, from: 'KUBEBUILDER_ASSETS' as const }] : []),
    { folder: cacheFolder(), from: 'cache' as const },
    ...searched.map((folder) => ({ folder, from: 'PATH' as const })),
  ];
}
