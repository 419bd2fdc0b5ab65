import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { createServer } from '../../src/server/server.ts';
import type { Server } from '../../src/server/server.ts';
import { play } from './play.ts';

const undecided = {
  image: 'ghcr.io/team/shop',
  written: 'ghcr.io/team/shop',
  asks: 'semver; constraint ~1',
  running: { live: 'unknown', because: 'it was not synced', found: [] },
  choice: { kind: 'undecided', because: 'ghcr.io: 429 for team/shop' },
  changes: [],
  holds: [],
  registry: {
    listedAt: '2026-03-01T12:00:00.000Z',
    tags: 0,
    complete: false,
    budget: { remaining: 0, because: 'ghcr.io, 0 requests are left' },
  },
  rules: [],
  tags: [],
};

const record = {
  apiVersion: 'windlass.dev/explanation/v1',
  application: 'argocd/shop',
  kind: 'managed',
  repository: 'https://git.example.com/deploy',
  branch: 'main',
  head: 'a'.repeat(40),
  poll: { everyMs: 120_000, nextAt: '2026-03-01T12:02:00.000Z' },
  conditions: [],
  sync: { status: 'Synced', revision: 'a'.repeat(40), health: 'Healthy' },
  rollouts: [],
  images: [undecided],
};

let server: Server;
afterEach(() => server.close());

async function explain(answer: object, ...options: readonly string[]) {
  const nothing = () => undefined;
  const log = { info: nothing, warn: nothing, error: nothing };
  const known = (_: string | undefined, name: string) => Promise.resolve(name === 'shop' ? answer : undefined);
  const ready = () => ({ ready: true, because: '' });
  server = createServer({ host: '127.0.0.1', port: 0, ready, metricsText: () => Promise.resolve(''), explain: known, log });
  return play(tmpdir(), ['explain', ...options, '--server', await server.start()]);
}

describe('explain of a running service', () => {
  it('is its record, unchanged', async () => {
    const { status, stdout } = await explain(record, 'shop', '-o', 'json');
    expect({ status, told: JSON.parse(stdout) as unknown }).toEqual({ status: 0, told: record });
  });

  it('says when it looks next, what was left undecided, and what the registry still allows', async () => {
    const { stdout } = await explain(record, 'shop', '-n', 'argocd');
    expect(stdout).toContain('Registries are asked every 2m, next at 2026-03-01T12:02:00.000Z');
    expect(stdout).toContain('undecided: ghcr.io: 429 for team/shop');
    expect(stdout).toMatch(/^ {2}budget +ghcr\.io, 0 requests are left$/m);
    expect(stdout).toMatch(/^ {2}live\? +it was not synced$/m);
  });

  it('of a registry that could not be asked does not say that it has no tags, and when it is asked again', async () => {
    const { registry: _, ...unlisted } = undecided;
    const budget = { because: 'ghcr.io asked us to wait', until: '2026-03-01T12:05:00.000Z' };
    const { stdout } = await explain({ ...record, images: [{ ...unlisted, budget }] }, 'shop');
    expect(stdout).not.toContain('no tags');
    expect(stdout).toContain('the tags are not known: the choice says why');
    expect(stdout).toMatch(/^ {2}budget +ghcr\.io asked us to wait; asked again from 2026-03-01T12:05:00\.000Z$/m);
    expect(stdout).toContain('next at 2026-03-01T12:02:00.000Z; one that asked us to wait, not before its budget says');
  });

  it('names a hold where it keeps a tag back, and nowhere else', async () => {
    const hold = { image: undecided.image, tag: '1.4.0', digests: [], verdict: 'run-1', because: 'error rate', since: '2026-02-28' };
    const told = async (verdict: string) => {
      const tags = [{ tag: '1.4.0', verdict, because: '1.4.0 is listed' }];
      const image = { ...undecided, choice: { kind: 'keep', because: 'it is the best' }, holds: [hold], tags };
      return (await explain({ ...record, images: [image] }, 'shop')).stdout;
    };
    expect(await told('held')).toContain('held: 1.4.0 since 2026-02-28 (error rate)');
    expect(await told('dropped')).not.toContain('held:');
  });

  it('of another version is not guessed at', async () => {
    const { status, stderr } = await explain({ ...record, apiVersion: 'windlass.dev/explanation/v2' }, 'shop');
    expect(status).toBe(1);
    expect(stderr).toMatch(/answered something else than windlass\.dev\/explanation\/v1: is it of another version than this command\?\n$/);
  });

  it('of an Application that it does not know is status 3', async () => {
    expect(await explain(record, 'web')).toMatchObject({
      status: 3,
      stderr: 'there is no Application web that this installation acts on\n',
    });
  });
});
