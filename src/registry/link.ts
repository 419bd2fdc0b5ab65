import { isDowngrade, isSameParty } from './hosts.ts';

export type NextPage =
  { readonly kind: 'last' } | { readonly kind: 'next'; readonly url: URL } | { readonly kind: 'refused'; readonly because: string };

const linkValue = /<([^<>]*)>((?:[^,"<]|"[^"]*")*)/g;

/**
 * The next page that a `Link` header names (RFC 8288, OCI distribution 1.1 "Listing Tags"), resolved against the address that was asked.
 * A link to another party is refused: it would make this process ask whatever the registry likes.
 */
export function nextPage(header: string | readonly string[] | undefined, asked: URL): NextPage {
  const target = nextTarget(typeof header === 'string' ? header : (header ?? []).join(', '));
  return target === undefined ? { kind: 'last' } : permittedPage(target, asked);
}

function permittedPage(target: string, asked: URL): NextPage {
  if (!URL.canParse(target, asked.href)) return { kind: 'refused', because: 'the link to the next page is no address' };
  const url = new URL(target, asked);
  if (!isSameParty(asked, url)) return { kind: 'refused', because: `the link to the next page leads to another host, ${url.host}` };
  // Behind a proxy that ends TLS a registry writes http links to itself: stay on https.
  if (isDowngrade(asked, url) && url.host === asked.host) url.protocol = asked.protocol;
  if (isDowngrade(asked, url)) return { kind: 'refused', because: 'the link to the next page leaves https' };
  return url.protocol === 'http:' || url.protocol === 'https:'
    ? { kind: 'next', url }
    : { kind: 'refused', because: `the link to the next page has the scheme ${url.protocol}` };
}

function nextTarget(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(linkValue)) {
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters);
    const words = (relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/);
    if (words.includes('next')) return target;
  }
  return undefined;
}
