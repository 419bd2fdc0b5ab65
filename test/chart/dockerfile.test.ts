import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Fields } from './helm.ts';
import { readDockerfile } from './dockerfile.ts';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const readRoot = (name: string): string => readFileSync(new URL(name, root), 'utf8');

const instructions = readDockerfile(readRoot('Dockerfile'));
const last = Math.max(...instructions.map(({ stage }) => stage));
const named = (name: string) => instructions.filter((one) => one.name === name);
const final = (name: string) => named(name).filter(({ stage }) => stage === last);
const argumentsByName = new Map(named('ARG').map(({ text }) => text.split('=', 2) as [string, string | undefined]));

describe('the Dockerfile', () => {
  it('has only instructions that this reader knows', () => {
    const known = ['ARG', 'FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'VOLUME', 'USER', 'EXPOSE', 'ENTRYPOINT'];
    expect(instructions.filter(({ name }) => !known.includes(name))).toEqual([]);
  });

  it('builds in stages of their own, and takes nothing of the build into the image but what is copied', () => {
    expect(last).toBe(2);
    expect(named('FROM').map(({ text }) => text.split(' ')[0])).toEqual(Array(3).fill('${NODE_IMAGE}'));
    expect(argumentsByName.get('NODE_IMAGE')).toMatch(/^node:24/);
    expect(final('RUN').filter(({ text }) => text.includes('npm'))).toEqual([]);
  });

  it('runs as a user by number, which is the one that the chart says', () => {
    const users = final('USER');
    expect(users.map(({ text }) => text)).toEqual(['1000:1000']);
    const after = instructions.slice(instructions.findLastIndex(({ name }) => name === 'USER') + 1);
    expect(after.map(({ name }) => name)).toEqual(['EXPOSE', 'ENTRYPOINT']);
    const deployment = readRoot('charts/windlass/templates/deployment.yaml');
    expect(deployment).toMatch(/runAsUser: 1000\n/);
    expect(deployment).toMatch(/runAsGroup: 1000\n/);
  });

  it('starts the service, so that the arguments of a container are its flags', () => {
    const [entry] = final('ENTRYPOINT');
    expect(JSON.parse(entry?.text ?? '')).toEqual(['tini', '--', 'node', 'dist/cli.js', 'run']);
  });

  it('writes only where the chart mounts something', () => {
    const [volumes] = final('VOLUME');
    const deployment = readRoot('charts/windlass/templates/deployment.yaml');
    for (const path of JSON.parse(volumes?.text ?? '') as readonly string[]) expect(deployment).toContain(`mountPath: ${path}\n`);
    expect(final('ENV').map(({ text }) => text)).toEqual([expect.stringContaining('WINDLASS_GIT_STATE_DIR=/var/lib/windlass/git')]);
    expect(readRoot('charts/windlass/templates/_settings.tpl')).toContain('"stateDir" "/var/lib/windlass/git"');
    expect(final('EXPOSE').map(({ text }) => text)).toEqual([
      String((parse(readRoot('config/windlass.yaml')) as { http: Fields }).http['port']),
    ]);
  });

  it('fetches programs by a version and a checksum for each architecture, never through a pipe', () => {
    for (const tool of ['KUSTOMIZE', 'HELM']) {
      expect(argumentsByName.get(`${tool}_VERSION`)).toMatch(/^\d+\.\d+\.\d+$/);
      for (const architecture of ['AMD64', 'ARM64'])
        expect(argumentsByName.get(`${tool}_SHA256_${architecture}`)).toMatch(/^[0-9a-f]{64}$/);
      expect(argumentsByName.get(`${tool}_DOWNLOADS`)).toMatch(/^https:\/\//);
    }
    const commands = named('RUN').map(({ text }) => text);
    expect(commands.filter((text) => /(curl|wget)[^;]*\|\s*(ba)?sh/.test(text))).toEqual([]);
    expect(named('ADD')).toEqual([]);
  });

  it('leaves no package lists behind, and installs no more than it names', () => {
    const installs = named('RUN').filter(({ text }) => text.includes('apt-get install'));
    expect(installs).toHaveLength(2);
    for (const { text } of installs) {
      expect(text).toContain('--no-install-recommends');
      expect(text).toContain('rm -rf /var/lib/apt/lists/*');
    }
  });

  it('copies only what is there and what .dockerignore lets in', () => {
    const sources = named('COPY')
      .filter(({ text }) => !text.startsWith('--from='))
      .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
    const allowed = readRoot('.dockerignore').split('\n');
    expect(allowed[0]).toBe('*');
    expect(sources.filter((path) => !existsSync(fileURLToPath(new URL(path, root))))).toEqual([]);
    expect(sources.filter((path) => !allowed.includes(`!${path}`))).toEqual([]);
  });
});
