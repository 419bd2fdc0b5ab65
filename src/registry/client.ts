import type { Dispatcher } from 'undici';
import { Agent } from 'undici';
import { Failure } from '../kernel/failure.ts';
import type { Digest, ImageName } from '../kernel/image.ts';
import { splitImageName } from '../kernel/image.ts';
import type { Millis } from '../kernel/time.ts';
import { timeOf } from '../kernel/time.ts';
import { createAsking } from './asking.ts';
import type { Reading } from './facts.ts';
import { readDigest, readFacts } from './facts.ts';
import type { Listing, RegistryAccess, TagFacts } from './listing.ts';
import type { Question } from './question.ts';
import { remember } from './remember.ts';
import { listTags } from './tags.ts';
import { createTransport } from './transport.ts';

/** Sizes in bytes; all have defaults. `pageSize` is the number of tags asked for at once. */
type RegistryLimits = {
  readonly pageSize: number;
  readonly maxPages: number;
  readonly maxTags: number;
  readonly pageBytes: number;
  readonly manifestBytes: number;
  readonly inFlightPerHost: number;
};

export type RegistryClientOptions = {
  readonly userAgent?: string;
  /** For one request and its body, in ms. */
  readonly timeoutMs?: number;
  readonly limits?: Partial<RegistryLimits>;
  /** Carries the requests in place of the client's own pool of connections; it is not closed by `close`. */
  readonly dispatcher?: Dispatcher;
  /** Hosts of token servers of another party than the registry that may see its credential; all others are asked without. */
  readonly tokenHosts?: readonly string[];
  readonly now?: () => Millis;
};

/** All methods throw `Failure`. */
export type RegistryClient = {
  /** All tags. An unknown repository is a not-found `Failure`. */
  list(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<Listing>;
  facts(image: ImageName, tag: string, access: RegistryAccess, signal: AbortSignal): Promise<TagFacts | 'absent'>;
  /** HEAD of a manifest by tag or digest: its digest, or the text `absent`. */
  served(image: ImageName, reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Digest>;
  close(): Promise<void>;
};

const defaultLimits: RegistryLimits = {
  // The most that ECR accepts; Quay gives 100 at most.
  pageSize: 1000,
  maxPages: 2000,
  maxTags: 100_000,
  pageBytes: 16 * 1024 * 1024,
  manifestBytes: 4 * 1024 * 1024,
  // GHCR answers bursts with 429.
  inFlightPerHost: 4,
};

const maxRemembered = 20_000;

/** A reader of container registries (OCI distribution specification 1.1) that keeps its connections and tokens. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const limits = { ...defaultLimits, ...options.limits };
  const now = options.now ?? Date.now;
  // Over HTTP/2 one connection would carry bursts that registries refuse.
  const dispatcher = options.dispatcher ?? new Agent({ connections: limits.inFlightPerHost, allowH2: false });
  const transport = createTransport({
    dispatcher,
    userAgent: options.userAgent ?? 'windlass',
    timeoutMs: options.timeoutMs ?? 30_000,
    inFlightPerHost: limits.inFlightPerHost,
  });
  const asking = createAsking({ transport, now, tokenHosts: options.tokenHosts ?? [] });
  const remembered = new Map<string, TagFacts>();

  async function list(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<Listing> {
    const path = `tags/list?n=${limits.pageSize}`;
    const question = questionOf(image, access, { path, trying: 'list tags', maxBytes: limits.pageBytes, signal });
    return { image, ...(await listTags(asking, question, limits, now)), observedAt: timeOf(now()) };
  }

  function readingOf(image: ImageName, access: RegistryAccess, signal: AbortSignal): Reading {
    const question = (method: Question['method'], path: string, trying: string): Question => ({
      ...questionOf(image, access, { path, trying, maxBytes: limits.manifestBytes, signal }),
      method,
    });
    return { asking, now, question };
  }

  async function facts(image: ImageName, tag: string, access: RegistryAccess, signal: AbortSignal): Promise<TagFacts | 'absent'> {
    const reading = readingOf(image, access, signal);
    const key = `${access.apiUrl} ${image}:${tag}`;
    const before = remembered.get(key);
    // What a digest stands for never changes, and a HEAD does not count against Docker Hub's pull limit.
    if (before !== undefined && (await readDigest(reading, tag)) === before.digest) return before;
    const read = await readFacts(reading, tag);
    if (read === 'absent') return read;
    if (read.whole) remember(remembered, key, { value: read.facts, limit: maxRemembered });
    return read.facts;
  }

  return {
    list,
    facts,
    served: async (image, reference, access, signal) => readDigest(readingOf(image, access, signal), reference),
    close: async () => (options.dispatcher === undefined ? dispatcher.destroy() : undefined),
  };
}

type Wanted = { readonly path: string; readonly trying: string; readonly maxBytes: number; readonly signal: AbortSignal };

function questionOf(image: ImageName, access: RegistryAccess, wanted: Wanted): Question {
  const { repository } = splitImageName(image);
  const address = `${access.apiUrl.replace(/\/+$/, '')}/v2/${repository}/${wanted.path}`;
  if (!URL.canParse(address)) throw new Failure('rejected', `${image}: the API address of its registry is no URL`);
  const { path: _path, ...rest } = wanted;
  const question = { ...rest, method: 'GET', url: new URL(address), accept: 'application/json', repository } as const;
  return access.credential === undefined ? question : { ...question, credential: access.credential };
}
