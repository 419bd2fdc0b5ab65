import type { Scripted, ScriptedServer, Seen } from '../scripted-server.ts';
import { startScripted } from '../scripted-server.ts';

/** One tag as a provider knows it; times in epoch ms. */
export type Pushed = { readonly tag: string; readonly digest: string; readonly at: number };

/** What a double answers from: its tags, and the credential that it wants (none: everybody may read). */
export type Held = { readonly tags: readonly Pushed[]; readonly wants?: { readonly username: string; readonly password: string } };

/** A provider's documented answers. `url` is the double's own address. */
export type Answers = (held: Held, seen: Seen, url: string) => Scripted;

export type Double = ScriptedServer & {
  /** From the request with this number (the first is 1) on, every one meets this in place of its answer. */
  failFrom(number: number, scripted: Scripted): void;
};

/** A provider on loopback. */
export async function startDouble(answers: Answers, held: Held): Promise<Double> {
  let fault: { readonly from: number; readonly scripted: Scripted } | undefined;
  const server: ScriptedServer = await startScripted((seen, url) =>
    fault !== undefined && server.seen.length >= fault.from ? fault.scripted : answers(held, seen, url),
  );
  const failFrom = (from: number, scripted: Scripted): void => {
    fault = { from, scripted };
  };
  return { ...server, failFrom };
}

/** Path and query of what was asked. */
export function askedOf({ target }: Seen): URL {
  return new URL(target, 'http://double');
}

export function json(body: unknown, headers: Scripted['headers'] = {}): Scripted {
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function refused(status: number, body: unknown = {}, headers: Scripted['headers'] = {}): Scripted {
  return { ...json(body, headers), status };
}

export function basicOf({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** One page of a list that counts pages from 1, and whether there is another one. */
export function numbered<Item>(
  items: readonly Item[],
  asked: URL,
  size: { readonly key: string; readonly most: number; readonly usual: number },
) {
  const count = Math.min(size.most, Number(asked.searchParams.get(size.key) ?? size.usual));
  const page = Number(asked.searchParams.get('page') ?? 1);
  return { page, items: items.slice((page - 1) * count, page * count), more: page * count < items.length };
}

/** The same address with another page. */
export function withPage(asked: URL, page: number): string {
  const next = new URL(asked);
  next.searchParams.set('page', String(page));
  return `${next.pathname}${next.search}`;
}

/** A registry's Bearer login: the challenge, the token server below `/token`, or undefined where the request has passed. */
export function bearerGate({ wants }: Held, seen: Seen, of: { readonly url: string; readonly scope: string }): Scripted | undefined {
  const asked = askedOf(seen);
  if (asked.pathname === '/token') {
    if (wants !== undefined && seen.headers.authorization !== basicOf(wants)) return refused(401);
    return json({ token: `token for ${asked.searchParams.getAll('scope').join(' ')}`.replaceAll(' ', '_') });
  }
  const [, granted] = /^Bearer token_for_(.+)$/.exec(seen.headers.authorization ?? '') ?? [];
  if (granted !== undefined && of.scope.split(',').every((part) => granted.includes(part.split(':').at(-1) ?? ''))) return undefined;
  return refused(401, {}, { 'www-authenticate': `Bearer realm="${of.url}/token",service="double",scope="${of.scope}"` });
}
