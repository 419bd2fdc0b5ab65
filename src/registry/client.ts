import type { Dispatcher } from 'undici';
import type { AllowAddress } from '../egress/addresses.ts';
import { Failure } from '../kernel/failure.ts';
import type { Digest, ImageName } from '../kernel/image.ts';
import { splitImageName } from '../kernel/image.ts';
import type { Millis } from '../kernel/time.ts';
import { timeOf } from '../kernel/time.ts';
import { createAsking } from './asking.ts';
import type { Budget } from './budget.ts';
import { createBudgets } from './budgets.ts';
import { createConnections } from './connections.ts';
import { createContent } from './content.ts';
import { createEcr } from './ecr/control.ts';
import type { Reading } from './facts.ts';
import { readDigest, readFacts } from './facts.ts';
import type { Listing, RegistryAccess, TagFacts, TagTimes } from './listing.ts';
import { createSideDoors } from './providers/side-doors.ts';
import { providerAt, providerOf } from './providers/table.ts';
import type { Question } from './question.ts';
import type { RegistryHost } from './registry-host.ts';
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
  /** Hosts of token servers of another party than the registry that may be asked, and see its credential. */
  readonly tokenHosts?: readonly string[];
  /** What an administrator says of registries: certificates, and how fast they may be asked. */
  readonly hosts?: readonly RegistryHost[];
  /** Permits an address that is refused otherwise: of this machine, its link, or a private network. Absent: none. */
  readonly allowAddress?: AllowAddress;
  /** Speaks HTTP/2 where it is offered; false where absent. */
  readonly http2?: boolean;
  /** The wait before the first retry, in ms; they are spread by chance. */
  readonly retryMs?: number;
  readonly random?: () => number;
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
  /** What is left of the registry's patience with this credential; undefined where it has said nothing. */
  budget(image: ImageName, access: RegistryAccess): Budget | undefined;
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

/** A reader of container registries (OCI distribution specification 1.1) that keeps its connections and tokens. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const limits = { ...defaultLimits, ...options.limits };
  const now = options.now ?? Date.now;
  const timeoutMs = options.timeoutMs ?? 30_000;
  const dispatcher = options.dispatcher ?? connectionsOf(options, { timeoutMs, connections: limits.inFlightPerHost });
  const budgets = createBudgets(now);
  const transport = createTransport({
    dispatcher,
    userAgent: options.userAgent ?? 'windlass',
    timeoutMs,
    inFlight: (host) => Math.min(limits.inFlightPerHost, providerAt(`https://${host}`).inFlight ?? Infinity),
    perSecond: (host) => perSecondAt(options.hosts ?? [], host),
    retryMs: options.retryMs ?? 200,
    random: options.random ?? Math.random,
    admit: (question) => budgets.admit(question),
  });
  const asking = createAsking({ transport, budgets, now, tokenHosts: options.tokenHosts ?? [] });
  const content = createContent();
  const ecr = createEcr({ now, timeoutMs });
  const doors = createSideDoors({ asking, ecr, now, limits });

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
    return { asking, content, now, question };
  }

  return {
    list,
    facts: async (image, tag, access, signal) => readFacts(readingOf(image, await doors.login(image, access, signal), signal), tag),
    served: async (image, reference, access, signal) =>
      readDigest(readingOf(image, await doors.login(image, access, signal), signal), reference),
    times: async (image, access, signal) => doors.times(image, access, signal),
    budget: (image, access) => budgets.budget(questionOf(image, access, budgetQuestion)),
    close: async () => {
      ecr.close();
      if (options.dispatcher === undefined) await dispatcher.destroy();
    },
  };
}

function connectionsOf(options: RegistryClientOptions, sizes: { readonly timeoutMs: number; readonly connections: number }): Dispatcher {
  const { hosts = [], http2 = false, allowAddress = () => false } = options;
  return createConnections({ ...sizes, hosts, http2, allowAddress });
}

function perSecondAt(hosts: readonly RegistryHost[], asked: string): number | undefined {
  return hosts.find(({ apiUrl }) => URL.canParse(apiUrl) && new URL(apiUrl).host === asked)?.requestsPerSecond;
}

type Wanted = { readonly path: string; readonly trying: string; readonly maxBytes: number; readonly signal: AbortSignal };

// Whom a registry counts a question for does not depend on what is asked.
const budgetQuestion: Wanted = { path: '', trying: 'budget', maxBytes: 0, signal: new AbortController().signal };

function questionOf(image: ImageName, access: RegistryAccess, wanted: Wanted): Question {
  const { repository = splitImageName(image).repository } = access;
  const address = `${access.apiUrl.replace(/\/+$/, '')}/v2/${repository}/${wanted.path}`;
  if (!URL.canParse(address)) throw new Failure('rejected', `${image}: the API address of its registry is no URL`);
  const { path: _path, ...rest } = wanted;
  const { actions } = providerOf(access);
  return {
    ...{ ...rest, method: 'GET', url: new URL(address), accept: 'application/json', repository },
    ...(access.credential === undefined ? {} : { credential: access.credential }),
    ...(access.renew === undefined ? {} : { renew: access.renew }),
    ...(actions === undefined ? {} : { actions }),
  };
}
