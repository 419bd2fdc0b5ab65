import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Failure } from '../kernel/failure.ts';
import { addressKind, plainAddress } from './ranges.ts';

/** Whether an address that is refused otherwise may be asked; `ip` is what its host resolved to. */
export type AllowAddress = (address: URL, ip: string) => boolean;

/** Throws `forbidden` for an address of ours or of the network around us (LOOP 21), unless it is allowed. */
export function checkAddress(address: URL, ip: string, allow: AllowAddress): void {
  const kind = addressKind(ip);
  if (kind === 'public' || allow(address, ip)) return;
  throw new Failure('forbidden', `${address.host} is at ${ip}, which is not asked: ${kind} addresses only where addresses.allow has them`);
}

/** The host of a URL as an IP address, if it is written as one: no name is looked up then. */
export function literalAddress(address: URL): string | undefined {
  const host = address.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
}

/** A look-up for connections that checks what a name resolved to, at the moment at which it is used. */
export function checkedLookup(address: URL, allow: AllowAddress): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const refusal =
        error ??
        refusalOf(
          address,
          found.map((entry) => entry.address),
          allow,
        );
      const [first] = refusal === undefined ? found : [];
      if (refusal !== undefined || first === undefined) done(refusal ?? new Error(`no address for ${hostname}`), []);
      else if (options.all === true) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

function refusalOf(address: URL, ips: readonly string[], allow: AllowAddress): Error | undefined {
  try {
    for (const ip of ips) checkAddress(address, ip, allow);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

/**
 * The rule of the setting `addresses.allow`: a host, an address, or a block that holds it. A metadata service is never meant by a block: its
 * own address or name must be there.
 */
export function createAddressRule(allow: readonly string[]): AllowAddress {
  const permitted = new BlockList();
  const exact = new Set(allow.map((entry) => entry.toLowerCase().replace(/\/(?:32|128)$/, '')));
  for (const entry of allow) {
    const [address = '', prefix] = entry.split('/');
    const version = isIP(address);
    if (version === 0) continue;
    permitted.addSubnet(address, prefix === undefined ? (version === 6 ? 128 : 32) : Number(prefix), version === 6 ? 'ipv6' : 'ipv4');
  }
  return (url, ip) => {
    const address = plainAddress(ip);
    if (exact.has(url.hostname.toLowerCase()) || exact.has(address)) return true;
    return addressKind(address) !== 'metadata' && permitted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  };
}
