import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/kernel/failure.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { timeOf } from '../../src/kernel/time.ts';
import type { GitPort, RegistryPort } from '../../src/reconcile/ports.ts';
import { createHeads, createListings } from '../../src/reconcile/sources.ts';
import type { Budget } from '../../src/registry/budget.ts';
import type { Listing, RegistryAccess, TagFacts } from '../../src/registry/listing.ts';
import { createModelClock } from './model-ports.ts';

const signal = new AbortController().signal;

function unasked(): never {
  throw new Error('nobody asks this');
}

/** An outside that notes every question and answers when the test says so; a cancelled question fails as the real one does. */
function questions<Answer>() {
  const asked: { about: string; answer: (answer: Answer) => void; fail: (failure: Failure) => void }[] = [];
  const ask = (about: string, asking: AbortSignal) =>
    new Promise<Answer>((answer, fail) => {
      asking.addEventListener('abort', () => fail(new Failure('cancelled', `${about} was cancelled`)), { once: true });
      asked.push({ about, answer, fail });
    });
  return { asked, ask };
}

const image = 'ghcr.io/acme/shop';
const access: RegistryAccess = { apiUrl: 'https://ghcr.io' };

function registryOf() {
  const clock = createModelClock(1_000);
  const { asked, ask } = questions<Listing>();
  const tags = questions<TagFacts | 'absent'>();
  const budget: { now: Budget | undefined } = { now: undefined };
  const registry: RegistryPort = {
    list: (of, _access, asking) => ask(of, asking),
    facts: (of, tag, _access, asking) => tags.ask(`${of}:${tag}`, asking),
    served: unasked,
    budget: () => budget.now,
  };
  const listings = createListings({ registry, clock }, 60_000);
  const listing = (...tags: string[]): Listing => ({ image, tags, complete: true, observedAt: '2026-01-01T00:00:00.000Z' });
  return { clock, asked, askedTags: tags.asked, listings, listing, budget };
}

describe('listings', () => {
  it('are asked for once while one is under way, and once per interval after it', async () => {
    const { clock, asked, listings, listing } = registryOf();
    const both = [listings.get(image, access, signal), listings.get(image, access, signal)];
    asked[0]?.answer(listing('1.0'));
    expect((await Promise.all(both)).map(({ tags }) => tags)).toEqual([['1.0'], ['1.0']]);
    clock.advance(59_999);
    await listings.get(image, access, signal);
    expect(asked).toHaveLength(1);
    clock.advance(1);
    void listings.get(image, access, signal);
    expect(asked).toHaveLength(2);
  });

  it('are asked for again where somebody set the clock back, instead of for as long as it was set back', async () => {
    const { clock, asked, listings, listing } = registryOf();
    const before = listings.get(image, access, signal);
    asked[0]?.answer(listing('1.0'));
    await before;
    clock.advance(-86_400_000);
    void listings.get(image, access, signal);
    expect(asked).toHaveLength(2);
  });

  it('that take longer than the interval are asked for once all the same, and are fresh from when they arrive', async () => {
    const { clock, asked, listings, listing } = registryOf();
    const slow = listings.get(image, access, signal);
    clock.advance(300_000);
    const later = listings.get(image, access, signal);
    expect(asked).toHaveLength(1);
    asked[0]?.answer(listing('1.0'));
    expect((await Promise.all([slow, later])).map(({ tags }) => tags)).toEqual([['1.0'], ['1.0']]);
    clock.advance(59_999);
    await listings.get(image, access, signal);
    expect(asked).toHaveLength(1);
  });

  it('are asked for again when they were forgotten, also while one is under way', async () => {
    const { asked, listings, listing } = registryOf();
    const before = listings.get(image, access, signal);
    listings.forget('ghcr.io/acme/sho');
    void listings.get(image, access, signal);
    expect(asked).toHaveLength(1);
    listings.forget(image);
    const after = listings.get(image, access, signal);
    asked[1]?.answer(listing('1.1'));
    asked[0]?.answer(listing('1.0'));
    expect([(await before).tags, (await after).tags, (await listings.get(image, access, signal)).tags]).toEqual([
      ['1.0'],
      ['1.1'],
      ['1.1'],
    ]);
  });

  it('that failed are nobody’s answer any more', async () => {
    const { asked, listings, listing } = registryOf();
    const failed = [listings.get(image, access, signal), listings.get(image, access, signal)];
    asked[0]?.fail(new Failure('unauthorized', 'ghcr.io: 401'));
    const outcomes = await Promise.allSettled(failed);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = listings.get(image, access, signal);
    asked[1]?.answer(listing('1.0'));
    expect((await next).tags).toEqual(['1.0']);
  });

  it('fail for nobody else when the one who asked first goes away', async () => {
    const { asked, listings, listing } = registryOf();
    const leaving = new AbortController();
    const first = listings.get(image, access, leaving.signal);
    const others = [listings.get(image, access, signal), listings.get(image, access, signal)];
    leaving.abort();
    await expect(first).rejects.toThrow('was cancelled');
    await expect.poll(() => asked.length, { timeout: 30_000 }).toBe(2);
    asked[1]?.answer(listing('1.0'));
    expect((await Promise.all(others)).map(({ tags }) => tags)).toEqual([['1.0'], ['1.0']]);
    expect(asked).toHaveLength(2);
  });

  it('of one image are not shared between logins and registries', () => {
    const { asked, listings } = registryOf();
    const login = (username: string, password = 'x'): RegistryAccess => ({
      ...access,
      credential: { username, password: new Secret(password) },
    });
    for (const each of [access, login('a'), login('b'), login('a', 'y'), { apiUrl: 'https://mirror.example' }, access, login('a')])
      void listings.get(image, each, signal);
    expect(asked).toHaveLength(5);
  });

  it('are asked for once for a thousand Applications on fifty images, and again when their interval is over', async () => {
    const { clock, asked, listings, listing } = registryOf();
    const round = async () => {
      const before = asked.length;
      const all = Array.from({ length: 1000 }, (_, index) => listings.get(`ghcr.io/acme/shop-${index % 50}`, access, signal));
      for (const question of asked.slice(before)) question.answer(listing('1.0'));
      await Promise.all(all);
    };
    await round();
    await round();
    expect(asked).toHaveLength(50);
    clock.advance(60_000);
    await round();
    expect(asked).toHaveLength(100);
  });

  it('last longer while the registry’s patience is short, and those that are not there are asked for', async () => {
    const { clock, asked, listings, listing, budget } = registryOf();
    const first = listings.get(image, access, signal);
    asked[0]?.answer(listing('1.0'));
    await first;
    budget.now = { because: 'ghcr.io asked us to wait', until: timeOf(clock.now() + 600_000) };
    clock.advance(599_999);
    expect((await listings.get(image, access, signal)).tags).toEqual(['1.0']);
    void listings.get('ghcr.io/acme/other', access, signal);
    expect(asked).toHaveLength(2);
    clock.advance(1);
    void listings.get(image, access, signal);
    expect(asked).toHaveLength(3);
  });
});

it('facts of a tag are asked for once per interval, for each tag, and again when the image was forgotten', async () => {
  const { clock, askedTags, listings } = registryOf();
  const ask = (...tags: string[]) => tags.forEach((tag) => void listings.facts({ image, tag }, access, signal));
  ask('1.0', '1.1', '1.0');
  expect(askedTags.map(({ about }) => about)).toEqual([`${image}:1.0`, `${image}:1.1`]);
  listings.forget(image);
  ask('1.0', '1.0');
  expect(askedTags).toHaveLength(3);
  askedTags[2]?.answer('absent');
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(60_000);
  ask('1.0');
  expect(askedTags).toHaveLength(4);
});

const repo = { url: 'https://git.example.com/acme/shop.git' };

function gitOf(defaultBranch = 'main') {
  const clock = createModelClock(1_000);
  const { asked, ask } = questions<string>();
  const resolved: string[] = [];
  const lost = new Set<string>();
  const git: GitPort = {
    fetch: (of, branch, asking) => ask(`${of.url}#${branch}`, asking),
    resolve: (of, revision) => {
      resolved.push(`${of.url}#${revision}`);
      return Promise.resolve({ commit: 'c0', branch: defaultBranch });
    },
    read: unasked,
    log: unasked,
    tree: unasked,
    blobs: unasked,
    push: unasked,
    trailers: unasked,
    keepsOurs: (_, { head }) => Promise.resolve(!lost.has(head)),
  };
  return { clock, asked, resolved, lost, heads: createHeads({ git, clock }) };
}

describe('heads', () => {
  it('are fetched once per interval for every way to write the repository', async () => {
    const { clock, asked, heads } = gitOf();
    const both = [
      heads.head(repo, 'main', 30_000, signal),
      heads.head({ url: 'https://git.example.com/acme/shop' }, 'main', 30_000, signal),
    ];
    asked[0]?.answer('a');
    expect(await Promise.all(both)).toEqual(['a', 'a']);
    clock.advance(30_000);
    void heads.head(repo, 'main', 60_000, signal);
    expect(asked).toHaveLength(1);
    void heads.head(repo, 'main', 30_000, signal);
    void heads.head(repo, 'other', 30_000, signal);
    expect(asked.map(({ about }) => about)).toEqual([`${repo.url}#main`, `${repo.url}#main`, `${repo.url}#other`]);
  });

  it('that were pushed are known without a fetch, and those that are forgotten are not', async () => {
    const { asked, heads } = gitOf();
    const before = heads.head(repo, 'main', 30_000, signal);
    heads.learn('git.example.com/acme/shop', 'main', 'pushed');
    asked[0]?.answer('fetched');
    expect([await before, await heads.head(repo, 'main', 30_000, signal)]).toEqual(['pushed', 'pushed']);
    heads.forget('git.example.com/acme/shop', 'main');
    void heads.head(repo, 'main', 30_000, signal);
    expect(asked).toHaveLength(2);
  });

  it('that lost our last commit decide nothing for a minute, and then count as rewritten until we push again', async () => {
    const { clock, asked, lost, heads } = gitOf();
    const fetched = async (head: string): Promise<string> => {
      const answer = heads.head(repo, 'main', 0, signal);
      asked.at(-1)?.answer(head);
      return answer;
    };
    ['old', 'older', 'rewritten again'].forEach((head) => lost.add(head));
    expect(await fetched('ours')).toBe('ours');
    await expect(fetched('old')).rejects.toThrow(/^git.example.com\/acme\/shop#main is at old, which does not contain our last commit/);
    clock.advance(40_000);
    await expect(fetched('older')).rejects.toMatchObject({ code: 'conflict', retry: { afterMs: 20_000 } });
    clock.advance(20_000);
    expect(await fetched('older')).toBe('older');
    expect(await fetched('old')).toBe('old');
    heads.learn('git.example.com/acme/shop', 'main', 'pushed');
    await expect(fetched('rewritten again')).rejects.toThrow('nothing is decided for a minute');
  });

  it('that lagged for a moment are decided on once they hold our last commit again', async () => {
    const { asked, lost, heads } = gitOf();
    lost.add('lagging');
    const lagging = heads.head(repo, 'main', 0, signal);
    asked.at(-1)?.answer('lagging');
    await expect(lagging).rejects.toThrow('in case the server lags');
    const next = heads.head(repo, 'main', 0, signal);
    asked.at(-1)?.answer('ours');
    expect(await next).toBe('ours');
  });

  it('that could not be fetched are fetched by the next one who asks', async () => {
    const { asked, heads } = gitOf();
    const failed = heads.head(repo, 'main', 30_000, signal);
    asked[0]?.fail(new Failure('timed-out', 'no answer'));
    await expect(failed).rejects.toThrow('no answer');
    const next = heads.head(repo, 'main', 30_000, signal);
    asked[1]?.answer('a');
    expect(await next).toBe('a');
  });

  it('fail for nobody else when the one who asked first goes away', async () => {
    const { asked, heads } = gitOf();
    const leaving = new AbortController();
    const first = heads.head(repo, 'main', 30_000, leaving.signal);
    const other = heads.head(repo, 'main', 30_000, signal);
    leaving.abort();
    await expect(first).rejects.toThrow('was cancelled');
    await expect.poll(() => asked.length, { timeout: 30_000 }).toBe(2);
    asked[1]?.answer('a');
    expect(await other).toBe('a');
  });
});

describe('the branch of a revision', () => {
  it('is the revision, or the default branch, which is asked for once', async () => {
    const { resolved, heads } = gitOf('trunk');
    const branches = [];
    for (const revision of ['release', '', 'HEAD', '']) branches.push(await heads.branch(repo, revision, signal));
    expect(branches).toEqual(['release', 'trunk', 'trunk', 'trunk']);
    expect(resolved).toEqual([`${repo.url}#`]);
  });
});
