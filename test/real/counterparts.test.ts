import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { install } from '../../scripts/real/install.ts';
import type { Source } from '../../scripts/real/source.ts';
import { acceptedVersion, findCounterpart } from './counterparts.ts';
import type { CounterpartName } from './counterparts.ts';

let home = '';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'windlass-counterparts-'));
  vi.stubEnv('WINDLASS_REAL', join(home, 'cache'));
  vi.stubEnv('KUBEBUILDER_ASSETS', undefined);
  vi.stubEnv('PATH', `${join(home, 'path')}:/usr/bin:/bin`);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

/** A program that says `line`, on standard error where `loudly`. */
async function program(path: string, line: string, loudly = false): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho '${line}'${loudly ? ' >&2' : ''}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('a program is taken by the version that it says', () => {
  it.each<[CounterpartName, string, string | undefined]>([
    ['registry', 'registry github.com/distribution/distribution/v3 v3.0.0+unknown', '3.0.0'],
    ['registry', 'docker-registry github.com/docker/distribution 2.8.2+ds1', undefined],
    ['kube-apiserver', 'Kubernetes v1.34.4', '1.34.4'],
    ['kube-apiserver', 'Kubernetes v1.20.2', undefined],
    ['kube-apiserver', 'Kubernetes v0.0.0-master+$Format:%H$', undefined],
    ['etcd', 'etcd Version: 3.6.4', '3.6.4'],
    ['etcd', 'etcd Version: 3.4.23', undefined],
    ['kubectl', '{"clientVersion": {"gitVersion": "v1.36.3"}}', '1.36.3'],
    ['kubectl', '{"clientVersion": {"gitVersion": "v1.32.4-dispatcher"}}', undefined],
    ['helm', 'v3.19.0+g3d8990f', '3.19.0'],
    ['helm', 'v4.1.4+g05fa379', undefined],
    ['prometheus', 'prometheus, version 3.14.0 (branch: , revision: unknown)', '3.14.0'],
    ['prometheus', 'prometheus, version  (branch: , revision: unknown)', undefined],
    ['gitea', 'gitea version 1.26.0 built with go1.26.2 : sqlite', '1.26.0'],
    ['kubectl-argo-rollouts', 'kubectl-argo-rollouts: v1.9.1+unknown', '1.9.1'],
  ])('%s that says "%s" is %s', async (name, line, version) => {
    expect(acceptedVersion(name, await program(join(home, name), line))).toBe(version);
  });

  it('sshd says it among its complaints', async () => {
    expect(acceptedVersion('sshd', await program(join(home, 'sshd'), 'OpenSSH_9.2, OpenSSL 3.0.19 27 Jan 2026', true))).toBe('9.2.0');
  });

  it('and is asked again when it was replaced', async () => {
    const path = await program(join(home, 'etcd'), 'etcd Version: 3.6.4');
    expect(acceptedVersion('etcd', path)).toBe('3.6.4');
    await program(path, 'etcd Version: 3.6.12');
    expect(acceptedVersion('etcd', path)).toBe('3.6.12');
  });

  it('KUBEBUILDER_ASSETS comes before the cache, the cache before PATH, and one of another version is passed over', async () => {
    await program(join(home, 'path', 'etcd'), 'etcd Version: 3.6.1');
    expect(findCounterpart('etcd')).toEqual({ path: join(home, 'path', 'etcd'), version: '3.6.1', from: 'PATH' });
    await program(join(home, 'cache', 'etcd'), 'etcd Version: 3.6.2');
    expect(findCounterpart('etcd')).toMatchObject({ version: '3.6.2', from: 'cache' });
    vi.stubEnv('KUBEBUILDER_ASSETS', join(home, 'assets'));
    await program(join(home, 'assets', 'etcd'), 'etcd Version: 3.5.9');
    expect(findCounterpart('etcd')).toMatchObject({ version: '3.6.2', from: 'cache' });
    await program(join(home, 'assets', 'etcd'), 'etcd Version: 3.6.3');
    expect(findCounterpart('etcd')).toMatchObject({ version: '3.6.3', from: 'KUBEBUILDER_ASSETS' });
  });
});

describe('a component is brought by the first source whose program does', () => {
  const call = { interrupted: new AbortController().signal, print: (): void => undefined };
  const lacking: Source = { name: 'lacking', lacks: () => 'its toolchain is missing', obtain: () => Promise.resolve('made') };

  function saying(name: string, line: string): Source {
    return { name, lacks: () => undefined, obtain: async ({ partial }) => (await program(partial, line), 'made') };
  }

  function failing(message: string): Source {
    return {
      name: 'failing',
      lacks: () => undefined,
      obtain: async ({ partial }) => {
        await program(partial, 'half of it');
        throw new Error(message);
      },
    };
  }

  it('after a source that lacks something, one that fails and one of another version', async () => {
    const sources = [lacking, failing('no space left'), saying('old', 'etcd Version: 3.4.23'), saying('new', 'etcd Version: 3.6.4')];
    const row = await install({ name: 'etcd', sources }, call);
    expect(row).toMatchObject({ name: 'etcd', version: '3.6.4', source: 'new', path: join(home, 'cache', 'etcd') });
    expect(row.problem).toBeUndefined();
  });

  it('and where none does, every reason is told and nothing is left half made', async () => {
    const sources = [lacking, failing('no space left'), saying('old', 'etcd Version: 3.4.23')];
    const row = await install({ name: 'etcd', sources }, call);
    expect(row.problem?.split('\n')).toEqual([
      'lacking: its toolchain is missing',
      'failing: no space left',
      'old: the program that it made does not say a version in 3.6.x',
    ]);
    expect(findCounterpart('etcd')).toBeUndefined();
    expect((await readdir(join(home, 'cache'))).filter((name) => name !== 'versions.json')).toEqual([]);
  });

  it('one that is there is not brought again, unless what it reads is gone', async () => {
    await program(join(home, 'cache', 'gitea'), 'gitea version 1.25.0');
    let whole = true;
    const { obtain, ...named } = saying('new', 'gitea version 1.26.0');
    const sources: readonly Source[] = [{ ...named, obtain: (order) => ((whole = true), obtain(order)) }];
    const gitea = { name: 'gitea', sources, isWhole: () => whole } as const;
    expect(await install(gitea, call)).toMatchObject({ version: '1.25.0', source: 'cache' });
    whole = false;
    expect(await install(gitea, call)).toMatchObject({ version: '1.26.0', source: 'new' });
  });

  it('one that was made by another recipe is made again, one that was put there by hand is not', async () => {
    let recipe = 'first';
    const source: Source = { ...saying('Go module', 'helm v3.19.0'), recipe: () => recipe };
    const helm = { name: 'helm', sources: [source] } as const;
    await program(join(home, 'cache', 'helm'), 'helm v3.18.0');
    expect(await install(helm, call)).toMatchObject({ version: '3.18.0', source: 'cache' });
    await rm(join(home, 'cache', 'helm'));
    expect(await install(helm, call)).toMatchObject({ version: '3.19.0', source: 'Go module' });
    expect(await install(helm, call)).toMatchObject({ version: '3.19.0', source: 'cache (Go module)' });
    recipe = 'second';
    expect(await install(helm, call)).toMatchObject({ version: '3.19.0', source: 'Go module' });
  });
});
