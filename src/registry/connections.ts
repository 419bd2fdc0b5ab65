import { getCACertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { Agent, Pool } from 'undici';
import type { AllowAddress } from '../egress/addresses.ts';
import { checkAddress, checkedLookup, literalAddress } from '../egress/addresses.ts';
import { addressKind } from '../egress/ranges.ts';
import type { RegistryHost } from './registry-host.ts';

export type ConnectionOptions = {
  /** For one request and its body, in ms; what its phases may take follows from it. */
  readonly timeoutMs: number;
  /** Connections at a time to one host. */
  readonly connections: number;
  /** Whether HTTP/2 is spoken where it is offered. */
  readonly http2: boolean;
  /** What an administrator says of registries: which certificates are trusted. Their addresses may be asked wherever they are. */
  readonly hosts: readonly RegistryHost[];
  readonly allowAddress: AllowAddress;
};

const maxConnectMs = 10_000;

/** A pool of kept connections per host. Each one goes to an address that was checked after its name was looked up (LOOP 21). */
export function createConnections(options: ConnectionOptions): Dispatcher {
  const { timeoutMs, connections, http2, hosts } = options;
  const allow = allowNamed(hosts, options.allowAddress);
  const timeout = Math.min(maxConnectMs, timeoutMs);
  const factory = (origin: string | URL, settings: Pool.Options): Dispatcher => {
    const address = new URL(origin);
    // An address that is written as one is never looked up.
    const literal = literalAddress(address);
    if (literal !== undefined) checkAddress(address, literal, allow);
    return new Pool(origin, { ...settings, connect: { lookup: checkedLookup(address, allow), timeout, ...trustOf(address, hosts) } });
  };
  // A stalled answer ends before the whole time is over, so that the sentence can say which phase it was.
  const stalled = Math.ceil(timeoutMs * 0.8);
  return new Agent({
    connections,
    allowH2: http2,
    headersTimeout: stalled,
    bodyTimeout: stalled,
    factory: (origin, settings) => factory(origin, settings),
  });
}

/** What the settings name may be asked wherever it is; only metadata services need `addresses.allow` even then. */
function allowNamed(hosts: readonly RegistryHost[], allow: AllowAddress): AllowAddress {
  const addresses = hosts.flatMap(({ apiUrl, providerUrl }) => [apiUrl, ...(providerUrl === undefined ? [] : [providerUrl])]);
  const named = new Set(addresses.flatMap((address) => (URL.canParse(address) ? [new URL(address).host] : [])));
  return (url, ip) => (named.has(url.host) && addressKind(ip) !== 'metadata') || allow(url, ip);
}

/** Certificates of a registry's own come beside the system's, for exactly its host. */
function trustOf(address: URL, hosts: readonly RegistryHost[]): { readonly ca?: string[]; readonly rejectUnauthorized?: boolean } {
  const named = hosts.find(({ apiUrl }) => URL.canParse(apiUrl) && new URL(apiUrl).origin === address.origin);
  return {
    ...(named?.ca === undefined ? {} : { ca: [...getCACertificates('default'), named.ca] }),
    ...(named?.insecure === true ? { rejectUnauthorized: false } : {}),
  };
}
