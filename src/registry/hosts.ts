import { isIP } from 'node:net';

// Under these names each label in front belongs to another customer, as in the public suffix list.
const rentedSuffixes: readonly string[] = [
  'amazonaws.com',
  'azurecr.io',
  'cloudfront.net',
  'github.io',
  'googleapis.com',
  'jfrog.io',
  'ocir.io',
  'pkg.dev',
  'scw.cloud',
  'windows.net',
];

// Second-level names that country registries sell below: example.co.uk is registrable, co.uk is not.
const countrySeconds: ReadonlySet<string> = new Set(['ac', 'co', 'com', 'edu', 'gov', 'net', 'or', 'org']);

/** The name that one party registered: `docker.io` of `auth.docker.io`. Addresses and single labels stand for themselves; ports do not count. */
function registrableHost(hostname: string): string {
  const labels = hostname.toLowerCase().replace(/\.$/, '').split('.');
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || labels.length <= 2) return labels.join('.');
  const rented = rentedSuffixes.some((suffix) => hostname.toLowerCase().endsWith(`.${suffix}`));
  // A rented name may have inner labels (account.dkr.ecr.region.amazonaws.com): only the whole name is certain to be one party.
  if (rented) return labels.join('.');
  const [second = '', top = ''] = labels.slice(-2);
  return labels.slice(top.length === 2 && countrySeconds.has(second) ? -3 : -2).join('.');
}

/** True where both addresses belong to one party: the same host, or hosts below one registrable name. */
export function isSameParty(left: URL, right: URL): boolean {
  return registrableHost(left.hostname) === registrableHost(right.hostname);
}

/** True where a credential for one address may go to the other: same host and port, and never from https to http. */
export function isSameHost(from: URL, to: URL): boolean {
  return from.host === to.host && !isDowngrade(from, to);
}

export function isDowngrade(from: URL, to: URL): boolean {
  return from.protocol === 'https:' && to.protocol !== 'https:';
}
