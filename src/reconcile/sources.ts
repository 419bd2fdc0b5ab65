import { Failure } from '../kernel/failure.ts';
import type { ImageName } from '../kernel/image.ts';
import type { RepoId, Sha } from '../kernel/refs.ts';
import { repoIdOf } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import type { RepoAccess } from '../git/commit.ts';
import type { Listing, RegistryAccess } from '../registry/listing.ts';
import type { Ports } from './ports.ts';

/** One listing per distinct image and poll interval, shared by everybody who asks, also while it is under way. */
export interface Listings {
  get(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<Listing>;
  /** The next `get` asks the registry. */
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

export function createListings(ports: Pick<Ports, 'registry' | 'clock'>, maxAgeMs: number): Listings {
  const held = new Map<string, { at: Millis; listing: Promise<Listing> }>();
  const get: Listings['get'] = (image, access, signal) => {
    const key = `${image}|${access.apiUrl}|${access.credential?.username ?? ''}`;
    const known = held.get(key);
    if (known !== undefined && ports.clock.now() - known.at < maxAgeMs) {
      return shared(known.listing, signal, () => get(image, access, signal));
    }
    const listing = ports.registry.list(image, access, signal);
    held.set(key, { at: ports.clock.now(), listing });
    // A failed listing is nobody's answer: the next one who asks tries again.
    listing.catch(() => held.get(key)?.listing === listing && held.delete(key));
    return listing;
  };
  return {
    get,
    forget(image) {
      for (const key of held.keys()) if (key.startsWith(`${image}|`)) held.delete(key);
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

export function createHeads(ports: Pick<Ports, 'git' | 'clock'>): Heads {
  const heads = new Map<string, { at: Millis; head: Promise<Sha> }>();
  const branches = new Map<string, string>();
  const learn = (repo: RepoId, branch: string, head: Sha) =>
    void heads.set(`${repo}#${branch}`, { at: ports.clock.now(), head: Promise.resolve(head) });
  const headOf: Heads['head'] = (repo, branch, maxAgeMs, signal) => {
    const key = `${repoIdOf(repo.url)}#${branch}`;
    const known = heads.get(key);
    if (known !== undefined && ports.clock.now() - known.at < maxAgeMs) {
      return shared(known.head, signal, () => headOf(repo, branch, maxAgeMs, signal));
    }
    const head = ports.git.fetch(repo, branch, signal);
    heads.set(key, { at: ports.clock.now(), head });
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
      const { branch } = await ports.git.resolve(repo, revision, signal);
      if (branch !== undefined) branches.set(repo.url, branch);
      return branch ?? revision;
    },
  };
}
