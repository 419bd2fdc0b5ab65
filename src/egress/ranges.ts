import { BlockList, isIP } from 'node:net';

type Block = readonly [address: string, prefix: number];

/** Where clouds answer with the identity of the machine that asks. */
const metadata: readonly Block[] = [
  ['169.254.169.254', 32], // EC2, Google Cloud, Azure, Oracle, DigitalOcean
  ['169.254.170.2', 32], // ECS
  ['169.254.170.23', 32], // EKS Pod Identity
  ['fd00:ec2::254', 128],
  ['fd00:ec2::23', 128],
  ['fd20:ce::254', 128], // Google Cloud, IPv6
  ['100.100.100.200', 32], // Alibaba Cloud
  ['168.63.129.16', 32], // Azure's wire server
  ['192.0.0.192', 32], // Oracle Cloud, of old
];
const loopback: readonly Block[] = [
  ['127.0.0.0', 8],
  ['0.0.0.0', 8],
  ['::1', 128],
  ['::', 128],
];
const linkLocal: readonly Block[] = [
  ['169.254.0.0', 16],
  ['fe80::', 10],
];
const privates: readonly Block[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['fec0::', 10], // site-local, of old
];

function listOf(blocks: readonly Block[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of blocks) list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

/** From the most dangerous one. */
const kinds = [
  ['metadata', listOf(metadata)],
  ['loopback', listOf(loopback)],
  ['link-local', listOf(linkLocal)],
  ['private', listOf(privates)],
] as const;

export type AddressKind = (typeof kinds)[number][0] | 'public';

/** What network an IP address belongs to. */
export function addressKind(ip: string): AddressKind {
  const address = plainAddress(ip);
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return kinds.find(([, list]) => list.check(address, family))?.[0] ?? 'public';
}

// Mapped, translated (RFC 6145), compatible, and behind NAT64 (RFC 6052).
const clothes = '^(?:::ffff:(?:0:)?|::|64:ff9b::)';
const dotted = new RegExp(`${clothes}(\\d+(?:\\.\\d+){3})$`);
// A 4-in-6 address in hex, as URLs write it: ::ffff:7f00:1.
const mapped = new RegExp(`${clothes}([0-9a-f]{1,4}):([0-9a-f]{1,4})$`);

/** An IPv4 address in IPv6 clothes is judged as what it is. */
export function plainAddress(ip: string): string {
  const lower = ip.toLowerCase();
  const [, plain] = dotted.exec(lower) ?? [];
  if (plain !== undefined) return plain;
  const [, high = '', low = ''] = mapped.exec(lower) ?? [];
  if (high === '') return lower;
  const bits = Number.parseInt(high, 16) * 0x10000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
}
