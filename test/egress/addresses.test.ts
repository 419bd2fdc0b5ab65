import { describe, expect, it } from 'vitest';
import { checkAddress, checkedLookup, createAddressRule, literalAddress } from '../../src/egress/addresses.ts';
import { addressKind } from '../../src/egress/ranges.ts';

describe('an address is', () => {
  it.each([
    ['169.254.169.254', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['FD00:EC2:0::0254', 'metadata'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::ffff:a9fe:a9fe', 'metadata'],
    ['169.254.170.23', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['127.8.9.1', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['64:ff9b::a9fe:a9fe', 'metadata'],
    ['64:FF9B::10.0.0.1', 'private'],
    ['::7f00:1', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['::ffff:0:7f00:1', 'loopback'],
    ['fec0::1', 'private'],
    ['64:ff9b::8c52:7021', 'public'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12::1', 'private'],
    ['172.32.0.1', 'public'],
    ['140.82.112.33', 'public'],
    ['2606:50c0::1', 'public'],
  ])('%s: %s', (ip, kind) => {
    expect(addressKind(ip)).toBe(kind);
  });
});

describe('the setting addresses.allow', () => {
  it.each<[string, boolean, readonly string[], string, string?]>([
    ['a block', true, ['10.0.0.0/8'], '10.2.3.4'],
    ['another block', false, ['10.0.0.0/8'], '192.168.0.1'],
    ['an address', true, ['127.0.0.1'], '127.0.0.1'],
    ['an address in IPv6 clothes', true, ['127.0.0.1'], '::ffff:127.0.0.1'],
    ['a name in other letters', true, ['Prom.Example'], '127.0.0.1', 'http://prom.example'],
    ['another name', false, ['prom.example'], '127.0.0.1', 'http://prom.example.evil.example'],
    ['a block around a metadata service', false, ['fc00::/7', '169.254.0.0/16'], 'fd00:ec2::254'],
    ['the metadata service itself', true, ['169.254.169.254'], '169.254.169.254'],
    ['the metadata service as a block of one', true, ['fd00:ec2::254/128'], 'fd00:ec2::254'],
    ['nothing', false, [], '10.0.0.1'],
  ])('%s: %s', (...[, allowed, allow, ip, url = 'http://host.example:80']) => {
    expect(createAddressRule(allow)(new URL(url), ip)).toBe(allowed);
  });
});

describe('a look-up', () => {
  const look = (hostname: string, allow: readonly string[]) =>
    new Promise((resolve) =>
      checkedLookup(new URL(`http://${hostname}`), createAddressRule(allow))(hostname, {}, (error, address) => resolve(error ?? address)),
    );

  it('refuses a name that leads to this machine, and gives its address where the name is allowed', async () => {
    expect(await look('localhost', [])).toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/^localhost is at (?:127\.0\.0\.1|::1), which is not asked: loopback addresses/) as string,
    });
    expect(['127.0.0.1', '::1']).toContain(await look('localhost', ['localhost']));
  });

  // A part of a name has at most 63 letters: no name server is asked for this one.
  it('hands on that there is no such name', async () => {
    expect(await look(`${'a'.repeat(64)}.invalid`, [])).toMatchObject({ code: expect.stringMatching(/^E/) as string });
  });
});

it('an address that is written as one needs no look-up', () => {
  expect(['http://[::1]:9', 'http://10.0.0.1', 'http://host'].map((url) => literalAddress(new URL(url)))).toEqual([
    '::1',
    '10.0.0.1',
    undefined,
  ]);
  expect(() => checkAddress(new URL('http://10.0.0.1:5000'), '10.0.0.1', () => false)).toThrow(
    '10.0.0.1:5000 is at 10.0.0.1, which is not asked: private addresses only where addresses.allow has them',
  );
});
