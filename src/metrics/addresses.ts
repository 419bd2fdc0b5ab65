import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Failure } from '../kernel/failure.ts';

/** Whether a metric may be asked at an address that is refused otherwise; `ip` is what its host resolved to. */
export type AllowAddress = (address: URL, ip: string) => boolean;

/** Addresses that user-written URLs must not reach (LOOP 21): this machine, and the link with its metadata services. */
const refused = new BlockList();
refused.addSubnet('127.0.0.0', 8);
refused.addSubnet('0.0.0.0', 8);
refused.addSubnet('169.254.0.0', 16);
refused.addAddress('::', 'ipv6');
refused.addAddress('::1', 'ipv6');
refused.addSubnet('fe80::', 10, 'ipv6');

function isRefusedAddress(ip: string): boolean {
  return refused.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
}

/** Throws `forbidden` for an address that is refused and not allowed. */
export function checkAddress(address: URL, ip: string, allow: AllowAddress): void {
  if (!isRefusedAddress(ip) || allow(address, ip)) return;
  throw new Failure(
    'forbidden',
    `${address.host} is at ${ip}, which metrics may not be read from: loopback and link-local addresses are refused`,
  );
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
