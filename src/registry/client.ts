import type { Dispatcher } from 'undici';
import { Agent } from 'undici';
import { Failure } from '../kernel/failure.ts';
import type { Digest, ImageName } from '../kernel/image.ts';
import { splitImageName } from '../kernel/image.ts';
import type { Millis } from '../kernel/time.ts';
import { timeOf } from '../kernel/time.ts';
import { createAsking } from './asking.ts';
import { createEcr } from './ecr/control.ts';
import type { Reading } from './facts.ts';
import { readDigest, readFacts } from './facts.ts';
import type { Listing, RegistryAccess, TagFacts, TagTimes } from './listing.ts';
import { createSideDoors } from './providers/side-doors.ts';
import { providerAt, providerOf } from './providers/table.ts';
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
  /** Push times of all tags by the registry's clock; undefined where it lists none, or not to this credential. */
  times(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<TagTimes | undefined>;
  close(): Promise<void>;
};

const defaultLimits: RegistryLimits = {
  pageSize: 1000,
  maxPages: 2000,
  maxTags: 100_000,
  pageBytes: 16 * 1024 * 1024,
  manifestBytes: 4 * 1024 * 1024,
  inFlightPerHost: 4,
};

const maxRemembered = 20_000;

/** A reader of container registries (OCI distribution specification 1.1) that keeps its connections and tokens. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const limits = { ...defaultLimits, ...options.limits };
  const now = options.now ?? Date.now;
  const timeoutMs = options.timeoutMs ?? 30_000;
  // Over HTTP/2 one connection would carry bursts that registries refuse.
  const dispatcher = options.dispatcher ?? new Agent({ connections: limits.inFlightPerHost, allowH2: false });
  const transport = createTransport({
    dispatcher,
    userAgent: options.userAgent ?? 'windlass',
    timeoutMs,
    inFlight: (host) => Math.min(limits.inFlightPerHost, providerAt(`https://${host}`).inFlight ?? Infinity),
  });
  const asking = createAsking({ transport, now, tokenHosts: options.tokenHosts ?? [] });
  const ecr = createEcr({ now, timeoutMs });
  const doors = createSideDoors({ asking, transport, ecr, now, limits });
  const remembered = new Map<string, TagFacts>();

  async function list(image: ImageName, given: RegistryAccess, signal: AbortSignal): Promise<Listing> {
    const access = await doors.login(image, given, signal);
    const { pageSize = Infinity, link } = providerOf(access);
    const most = { ...limits, pageSize: Math.min(limits.pageSize, pageSize), ...(link === undefined ? {} : { link }) };
    const path = `tags/list?n=${most.pageSize}`;
    const question = questionOf(image, access, { path, trying: 'list tags', maxBytes: limits.pageBytes, signal });
    return { image, ...(await listTags(asking, question, most, now)), observedAt: timeOf(now()) };
  }

  function readingOf(image: ImageName, access: RegistryAccess, signal: AbortSignal): Reading {
    const question = (method: Question['method'], path: string, trying: string): Question => ({
      ...questionOf(image, access, { path, trying, maxBytes: limits.manifestBytes, signal }),
      method,
    });
    return { asking, now, question };
  }

  async function facts(image: ImageName, tag: string, access: RegistryAccess, signal: AbortSignal): Promise<TagFacts | 'absent'> {
    const reading = readingOf(image, await doors.login(image, access, signal), signal);
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
    served: async (image, reference, access, signal) =>
      readDigest(readingOf(image, await doors.login(image, access, signal), signal), reference),
    times: async (image, access, signal) => doors.times(image, access, signal),
    close: async () => {
      ecr.close();
      if (options.dispatcher === undefined) await dispatcher.destroy();
    },
  };
}

type Wanted = { readonly path: string; readonly trying: string; readonly maxBytes: number; readonly signal: AbortSignal };

function questionOf(image: ImageName, access: RegistryAccess, wanted: Wanted): Question {
  const { repository } = splitImageName(image);
  const address = `${access.apiUrl.replace(/\/+$/, '')}/v2/${repository}/${wanted.path}`;
  if (!URL.canParse(address)) throw new Failure('rejected', `${image}: the API address of its registry is no URL`);
  const { path: _path, ...rest } = wanted;
  const { actions } = providerOf(access);
  return {
    ...{ ...rest, method: 'GET', url: new URL(address), accept: 'application/json', repository },
    ...(access.credential === undefined ? {} : { credential: access.credential }),
    ...(actions === undefined ? {} : { actions }),
  };
}
