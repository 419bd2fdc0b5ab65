import { BlockList, isIP, isIPv6 } from 'node:net';

const family = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

const never: readonly (readonly [address: string, prefix: number])[] = [
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['::1', 128],
  ['::', 128],
  ['fe80::', 10],
  ['fc00::', 7],
];

function listOf(blocks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of blocks) list.addSubnet(address, prefix, family(address));
  return list;
}

/**
 * Whether an address that a user named may be asked (LOOP 21), after DNS: link-local, loopback and private ranges only where the
 * setting `addresses.allow` names the host, the address or a block that holds it.
 */
export function createAddressRule(allow: readonly string[]): (url: URL, ip: string) => boolean {
  const refused = listOf(never);
  const blocks = allow.flatMap((entry): (readonly [string, number])[] => {
    const [address = '', prefix] = entry.split('/');
    if (isIP(address) === 0) return [];
    return [[address, prefix === undefined ? (isIPv6(address) ? 128 : 32) : Number(prefix)]];
  });
  const permitted = listOf(blocks);
  const hosts = new Set(allow.map((entry) => entry.toLowerCase()));
  return (url, ip) => {
    // An IPv4 address in IPv6 clothes is judged as what it is.
    const address = ip.toLowerCase().startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip;
    if (hosts.has(url.hostname.toLowerCase()) || permitted.check(address, family(address))) return true;
    return !refused.check(address, family(address));
  };
}
