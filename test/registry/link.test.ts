import { describe, expect, it } from 'vitest';
import { nextPage } from '../../src/registry/link.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

const asked = new URL('https://registry.example.com/v2/team/shop/tags/list?n=100');

describe('the next page of a Link header', () => {
  it.each([
    [
      'relative to the host',
      '</v2/team/shop/tags/list?n=100&last=b>; rel="next"',
      'https://registry.example.com/v2/team/shop/tags/list?n=100&last=b',
    ],
    ['relative to the path', '<list?last=b>; rel="next"', 'https://registry.example.com/v2/team/shop/tags/list?last=b'],
    [
      'absolute, with a cursor of its own',
      '<https://registry.example.com/p?next_page=x%3D>; rel=next',
      'https://registry.example.com/p?next_page=x%3D',
    ],
    ['second of two links', '</first>; rel="first", </second>; rel="next"', 'https://registry.example.com/second'],
    ['a comma in the address and in a title', '</a,b>; title="a, b"; rel="next"', 'https://registry.example.com/a,b'],
    ['one of several relations, in capitals', '</a>; REL="prefetch NEXT"', 'https://registry.example.com/a'],
    ['another host of the same party', '<https://cdn.example.com/a>; rel="next"', 'https://cdn.example.com/a'],
    ['http of a registry behind a proxy that ends TLS', '<http://registry.example.com/a>; rel="next"', 'https://registry.example.com/a'],
  ])('%s', (_, header, expected) => {
    expect(nextPage(header, asked)).toEqual({ kind: 'next', url: new URL(expected) });
  });

  it.each([
    ['no header', undefined],
    ['another relation', '</a>; rel="prev"'],
    ['no relation', '</a>'],
    ['nothing', ''],
  ])('%s is the last page', (_, header) => {
    expect(nextPage(header, asked)).toEqual({ kind: 'last' });
  });

  it.each([
    ['another party', '<https://evil.example.net/a>; rel="next"', 'leads to another host, evil.example.net'],
    ['a host that only looks alike', '<https://registry.example.com.evil.net/a>; rel="next"', 'leads to another host'],
    ['another address', '<https://10.0.0.1/a>; rel="next"', 'leads to another host'],
    ['plain http on another host of the party', '<http://cdn.example.com/a>; rel="next"', 'leaves https'],
    ['a broken address', '<http://[>; rel="next"', 'is no address'],
  ])('%s is refused', (_, header, because) => {
    expect(nextPage(header, asked)).toEqual({ kind: 'refused', because: containing(because) });
  });

  it.each([
    ['customers of one host name', 'https://good.azurecr.io/v2/', 'https://evil.azurecr.io/a'],
    ['names below a country', 'https://registry.good.co.uk/v2/', 'https://registry.evil.co.uk/a'],
    ['two addresses of a network', 'http://10.0.0.1/v2/', 'http://11.0.0.1/a'],
  ])('%s are not one party', (_, from, to) => {
    expect(nextPage(`<${to}>; rel="next"`, new URL(from)).kind).toBe('refused');
  });
});
