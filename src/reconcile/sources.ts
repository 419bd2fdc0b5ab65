import { Failure } from '../kernel/failure.ts';
import type { ImageName } from '../kernel/image.ts';
import type { RepoId, Sha } from '../kernel/refs.ts';
import { repoIdOf } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import { millisOf } from '../kernel/time.ts';
import type { RepoAccess } from '../git/commit.ts';
import { fingerprintOf } from '../registry/credentials.ts';
import type { Listing, RegistryAccess, TagFacts, TagTimes } from '../registry/listing.ts';
import type { Ports } from './ports.ts';

/** One listing per distinct image and poll interval, shared by everybody who asks, also while it is under way. */
export interface Listings {
  get(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<Listing>;
  /** What stands behind a tag, asked once per interval too. */
  facts(of: { readonly image: ImageName; readonly tag: string }, access: RegistryAccess, signal: AbortSignal): Promise<TagFacts | 'absent'>;
  /** When the registry received what stands behind its tags, asked once per interval too; undefined where it does not say. */
  times(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<TagTimes | undefined>;
  /** The next `get`, `facts` or `times` asks the registry. */
  forget(image: ImageName): void;
}

/** Asks again in the own name when the answer that was waited for failed only because somebody else stopped asking. */
async function shared<Answer>(answer: Promise<Answer>, signal: AbortSignal, again: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure) || thrown.code !== 'cancelled') throw thrown;
    return again();
  }
}

/** Whether something is as old as that at most. What is from the future was there before somebody set the clock back: nobody knows its age. */
function isYoung(at: Millis, now: Millis, maxAgeMs: number): boolean {
  return at <= now && now - at < maxAgeMs;
}

export function createListings(ports: Pick<Ports, 'registry' | 'clock'>, maxAgeMs: number): Listings {
  const { registry, clock } = ports;
  const listings = createShared<Listing>(ports, maxAgeMs);
  const facts = createShared<TagFacts | 'absent'>(ports, maxAgeMs);
  const times = createShared<TagTimes | undefined>(ports, maxAgeMs);
  const keyOf = (image: ImageName, access: RegistryAccess) => `${image}|${access.apiUrl}|${fingerprintOf(access.credential)}`;
  // Where the registry's patience is short, what is known lasts until it is not.
  const lasts = (image: ImageName, access: RegistryAccess) => () => {
    const { until } = registry.budget?.(image, access) ?? {};
    return until !== undefined && millisOf(until) > clock.now();
  };
  return {
    get: (image, access, signal) =>
      listings.get(keyOf(image, access), signal, () => registry.list(image, access, signal), lasts(image, access)),
    facts: ({ image, tag }, access, signal) =>
      facts.get(`${keyOf(image, access)}|${tag}`, signal, () => registry.facts(image, tag, access, signal), lasts(image, access)),
    times: (image, access, signal) =>
      times.get(keyOf(image, access), signal, async () => registry.times?.(image, access, signal), lasts(image, access)),
    forget(image) {
      times.forget(`${image}|`);
      listings.forget(`${image}|`);
      facts.forget(`${image}|`);
    },
  };
}

type Shared<Answer> = {
  /** `lasts`: whether an answer that is not fresh any more does all the same. */
  get(key: string, signal: AbortSignal, ask: () => Promise<Answer>, lasts: () => boolean): Promise<Answer>;
  forget(prefix: string): void;
};

/** `at` is when it was asked for, and then when it arrived. */
type Held<Answer> = { at: Millis; readonly answer: Promise<Answer>; arrived: boolean };

/** How long an answer can last beyond its age: as long as a registry can ask us to wait. */
const longestLastMs = 3600e3;

/** Answers that are shared while they are fresh, also while they are under way. A failed one is nobody's: the next one who asks tries again. */
function createShared<Answer>({ clock }: Pick<Ports, 'clock'>, maxAgeMs: number): Shared<Answer> {
  const held = new Map<string, Held<Answer>>();
  const dropOld = (now: Millis): void => {
    // The oldest ones come first.
    for (const [key, { at }] of held) {
      if (now - at < maxAgeMs + longestLastMs) return;
      held.delete(key);
    }
  };
  const get: Shared<Answer>['get'] = (key, signal, ask, lasts) => {
    const now = clock.now();
    const known = held.get(key);
    const does = known !== undefined && (!known.arrived || isYoung(known.at, now, maxAgeMs) || lasts());
    if (does) return shared(known.answer, signal, () => get(key, signal, ask, lasts));
    dropOld(now);
    const entry: Held<Answer> = { at: now, answer: ask(), arrived: false };
    held.delete(key);
    held.set(key, entry);
    entry.answer.then(
      () => {
        entry.arrived = true;
        entry.at = clock.now();
        // The last that arrived comes last.
        if (held.get(key) !== entry) return;
        held.delete(key);
        held.set(key, entry);
      },
      () => held.get(key) === entry && held.delete(key),
    );
    return entry.answer;
  };
  return {
    get,
    forget(prefix) {
      for (const key of held.keys()) if (key.startsWith(prefix)) held.delete(key);
    },
  };
}

/** Heads of branches as last fetched or pushed, so that one fetch serves every Application of a repository. */
export interface Heads {
  /** The branch that a targetRevision means; '' and HEAD are asked for once. */
  branch(repo: RepoAccess, revision: string, signal: AbortSignal): Promise<string>;
  /** The head, fetched when what is known is older than `maxAgeMs`. */
  head(repo: RepoAccess, branch: string, maxAgeMs: number, signal: AbortSignal): Promise<Sha>;
  learn(repo: RepoId, branch: string, head: Sha): void;
  forget(repo: RepoId, branch: string): void;
}

/** A branch that lost our last commit is looked at again for this long: the server may be a copy that lags. Then it was rewritten. */
const lostForMs = 60_000;

export function createHeads(ports: Pick<Ports, 'git' | 'clock'>): Heads {
  const { git, clock } = ports;
  const heads = new Map<string, { at: Millis; head: Promise<Sha> }>();
  const branches = new Map<string, string>();
  const trusted = createTrust(ports);
  const learn = (repo: RepoId, branch: string, head: Sha) => {
    trusted.learn(`${repo}#${branch}`, head);
    heads.set(`${repo}#${branch}`, { at: clock.now(), head: Promise.resolve(head) });
  };
  const headOf: Heads['head'] = (repo, branch, maxAgeMs, signal) => {
    const key = `${repoIdOf(repo.url)}#${branch}`;
    const known = heads.get(key);
    if (known !== undefined && isYoung(known.at, clock.now(), maxAgeMs)) {
      return shared(known.head, signal, () => headOf(repo, branch, maxAgeMs, signal));
    }
    const head: Promise<Sha> = git.fetch(repo, branch, signal).then((fetched) => {
      // What was pushed while this fetch was under way is newer than what it brought.
      const newer = heads.get(key)?.head;
      return newer === undefined || newer === head ? trusted.check(key, repo, { branch, head: fetched }) : newer;
    });
    heads.set(key, { at: clock.now(), head });
    head.catch(() => heads.get(key)?.head === head && heads.delete(key));
    return head;
  };
  return {
    learn,
    head: headOf,
    forget: (repo, branch) => void heads.delete(`${repo}#${branch}`),
    async branch(repo, revision, signal) {
      if (revision !== '' && revision !== 'HEAD') return revision;
      const known = branches.get(repo.url);
      if (known !== undefined) return known;
      const { branch } = await git.resolve(repo, revision, signal);
      if (branch !== undefined) branches.set(repo.url, branch);
      return branch ?? revision;
    },
  };
}

type At = { readonly branch: string; readonly head: Sha };

/** Decides whether a fetched head may be decided on: one that lost our last accepted commit may not, for a minute (LOOP 16). */
function createTrust({ git, clock }: Pick<Ports, 'git' | 'clock'>) {
  const checked = new Map<string, Sha>();
  const lostSince = new Map<string, Millis>();
  return {
    learn(key: string, head: Sha): void {
      checked.set(key, head);
      lostSince.delete(key);
    },
    async check(key: string, repo: RepoAccess, at: At): Promise<Sha> {
      if (checked.get(key) === at.head) return at.head;
      if (await git.keepsOurs(repo, at)) {
        checked.set(key, at.head);
        lostSince.delete(key);
        return at.head;
      }
      const since = lostSince.get(key) ?? clock.now();
      lostSince.set(key, since);
      const left = since + lostForMs - clock.now();
      if (left <= 0) return at.head;
      throw new Failure(
        'conflict',
        `${key} is at ${at.head.slice(0, 12)}, which does not contain our last commit: nothing is decided for a minute, in case the server lags`,
        { retry: { afterMs: left } },
      );
    },
  };
}
