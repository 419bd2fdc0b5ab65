import { placeKey } from '../../src/kernel/place.ts';
import type { Hold } from '../../src/kernel/hold.ts';
import type { Trailers } from '../../src/kernel/trailers.ts';
import type { Choice, Need, PlaceChange, PlaceQuestion, TagTime, Watch } from '../../src/policy/choice.ts';
import { guard } from '../../src/policy/guard.ts';
import type { TagFacts } from '../../src/registry/listing.ts';

export const now = Date.parse('2026-03-01T12:00:00.000Z');
export const image = 'ghcr.io/team/shop';
export const place = {
  repo: 'git.example.com/deploy',
  branch: 'main',
  file: 'shop/kustomization.yaml',
  path: ['images', { key: 'name', is: image }, 'newTag'],
};

export function application(name: string) {
  return { cluster: 'in-cluster', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name };
}

export function watch(change: Partial<Watch> = {}): Watch {
  return {
    application: application('shop'),
    image,
    written: image,
    strategy: 'semver',
    constraint: '~1',
    allow: { kind: 'any' },
    ignore: [],
    forceUpdate: false,
    ...change,
  };
}

/** A watch without the constraint that the others have. */
export function unconstrained(change: Partial<Watch> = {}): Watch {
  const { constraint: _, ...rest } = watch(change);
  return rest;
}

export function digestOf(name: string): string {
  return `sha256:${Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64)}`;
}

export function facts(tag: string, change: Partial<TagFacts> = {}): Record<string, TagFacts> {
  return { [tag]: { tag, digest: digestOf(tag), children: [], ...change } };
}

export function hold(tag: string, change: Partial<Hold> = {}): Hold {
  return {
    place,
    image,
    tag,
    digests: [digestOf(tag)],
    verdict: 'run-1',
    because: 'error-rate: 0.31 is above 0.05',
    since: '2026-02-28T10:00:00.000Z',
    ...change,
  };
}

/** Trailers of a commit of ours that wrote this tag at the place. */
export function ours(tag: string, more: Trailers = []): Trailers {
  return [['Windlass-Application', 'argocd/shop'], ['Windlass-Place', placeKey(place)], ['Windlass-Image', `${image}:${tag}`], ...more];
}

/** A change of the place; by alice where there are no trailers. */
export function change(before: string | null, after: string | null, trailers: Trailers = []): PlaceChange {
  const commit = Buffer.from(`${String(before)}>${String(after)}`)
    .toString('hex')
    .padEnd(40, '0')
    .slice(0, 40);
  return { commit, author: trailers.length > 0 ? 'windlass' : 'alice', at: '2026-02-28T09:00:00.000Z', trailers, before, after };
}

/** 1.3.0 in Git, written by us; 1.2.0 to 1.4.0 are listed. */
export function question(more: Partial<PlaceQuestion> = {}): PlaceQuestion {
  return {
    place,
    watches: [watch()],
    listing: listing(['1.2.0', '1.3.0', '1.4.0']),
    current: { tag: '1.3.0' },
    facts: {},
    holds: [],
    history: { complete: true, changes: [change('1.2.0', '1.3.0', ours('1.3.0'))] },
    ...more,
  };
}

/** A question that knows no history yet. */
export function unread(more: Partial<PlaceQuestion> = {}): PlaceQuestion {
  const { history: _, ...rest } = question(more);
  return rest;
}

export function listing(tags: readonly string[]) {
  return { image, tags, complete: true, observedAt: '2026-03-01T12:00:00.000Z' };
}

/** What a registry and a repository say to what a decision lacks. A tag has the digest of its name where `digests` gives it no other. */
export type World = {
  readonly digests?: Readonly<Record<string, string>>;
  readonly facts?: Readonly<Record<string, Partial<TagFacts>>>;
  readonly created?: Readonly<Record<string, string>>;
  readonly times?: Readonly<Record<string, TagTime>>;
  readonly unserved?: readonly string[];
  readonly at?: number;
};

function ofEach<Value>(keys: readonly string[], value: (key: string) => Value): Readonly<Record<string, Value>> {
  return Object.fromEntries(keys.map((key) => [key, value(key)]));
}

function answerTo(need: Need, world: World): Partial<PlaceQuestion> {
  const { created = {}, times = {} } = world;
  switch (need.need) {
    case 'history':
      return { history: { complete: true, changes: [] } };
    case 'commit':
      return { commits: { [need.commit]: 'other' } };
    case 'created':
      return { created: ofEach(need.tags, (tag) => created[tag] ?? 'absent') };
    case 'times':
      return { times: ofEach(need.tags, (tag) => times[tag] ?? 'unknown') };
    default:
      return manifestsFor(need, world);
  }
}

function manifestsFor(need: Extract<Need, { need: 'tag' | 'digests' | 'served' }>, world: World): Partial<PlaceQuestion> {
  const { digests = {}, facts: more = {}, created = {}, unserved = [] } = world;
  const digest = (tag: string): string => digests[tag] ?? digestOf(tag);
  if (need.need === 'digests') return { digests: ofEach(need.tags, digest) };
  if (need.need === 'served') return { served: ofEach(need.digests, (one) => !unserved.includes(one)) };
  const { tag } = need;
  if (unserved.includes(tag)) return { facts: { [tag]: 'absent' } };
  return { facts: facts(tag, { digest: digest(tag), ...createdIn(created, tag), ...more[tag] }) };
}

function createdIn(created: NonNullable<World['created']>, tag: string): Partial<TagFacts> {
  const at = created[tag];
  return at === undefined || at === 'none' || at === 'absent' ? {} : { createdAt: at };
}

/** Asks until every fact is known; answers with everything that was asked for too. */
export function decideIn(asked: PlaceQuestion, world: World): { readonly choice: Choice; readonly needs: readonly Need[] } {
  const needs: Need[] = [];
  let known = asked;
  for (;;) {
    const choice = guard(known, world.at ?? now);
    if (choice.kind !== 'needs') return { choice, needs };
    for (const need of choice.facts) {
      needs.push(need);
      const learned = answerTo(need, world);
      known = {
        ...known,
        ...learned,
        facts: { ...known.facts, ...learned.facts },
        commits: { ...known.commits, ...learned.commits },
        created: { ...known.created, ...learned.created },
        times: { ...known.times, ...learned.times },
        digests: { ...known.digests, ...learned.digests },
        served: { ...known.served, ...learned.served },
      };
    }
  }
}

/** Asks until every fact is known: each tag has the digest of its name, or the one that `digests` gives it. */
export function decide(asked: PlaceQuestion, digests: Readonly<Record<string, string>> = {}): Choice {
  return decideIn(asked, { digests }).choice;
}

/** The reason that a choice gives for one tag. */
export function reasonFor(choice: Choice, tag: string): string | undefined {
  return choice.kind === 'needs' ? undefined : choice.tags.find((verdict) => verdict.tag === tag)?.because;
}
