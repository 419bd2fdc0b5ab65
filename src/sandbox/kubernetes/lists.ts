import { randomUUID } from 'node:crypto';
import type { Body } from '../../kernel/json.ts';
import { resourceOf } from './kinds.ts';
import type { Kind } from './kinds.ts';
import type { ApiObject } from './object.ts';
import { badRequest, expired } from './refusal.ts';
import { parseFieldSelector, parseLabelSelector } from './selectors.ts';
import type { Matches } from './selectors.ts';
import type { Store } from './store.ts';
import { presented } from './watch-stream.ts';

export type Page = { readonly kind: string; readonly apiVersion: string; readonly metadata: Body; readonly items: readonly ApiObject[] };

type Rest = { readonly version: number; readonly items: readonly ApiObject[] };

/** Lists that clients read in chunks; all chunks show the moment of the first. */
export class Lists {
  readonly #rests = new Map<string, Rest>();

  read(store: Store, kind: Kind, namespace: string | undefined, query: URLSearchParams): Page {
    const token = query.get('continue');
    const rest = token === null ? this.#first(store, kind, matchesOf(namespace, query)) : this.#next(token);
    const limit = Number(query.get('limit') ?? 0);
    if (!Number.isInteger(limit) || limit < 0) throw badRequest(`limit must be a whole number, got ${query.get('limit') ?? ''}`);
    const page = limit === 0 ? rest.items : rest.items.slice(0, limit);
    const left = rest.items.slice(page.length);
    return {
      kind: `${kind.kind}List`,
      apiVersion: kind.apiVersion,
      metadata: { resourceVersion: String(rest.version), ...this.#keep({ version: rest.version, items: left }) },
      items: page.map((object) => presented(kind, object)),
    };
  }

  /** Every continue token is answered 410 from now on. */
  forget(): void {
    this.#rests.clear();
  }

  #first(store: Store, kind: Kind, matches: Matches): Rest {
    return { version: store.version, items: store.list(resourceOf(kind)).filter(matches) };
  }

  #next(token: string): Rest {
    const rest = this.#rests.get(token);
    if (rest === undefined) throw expired('The provided continue parameter is too old to display a consistent list result.');
    return rest;
  }

  #keep(rest: Rest): Body {
    if (rest.items.length === 0) return {};
    const token = randomUUID();
    this.#rests.set(token, rest);
    const oldest = this.#rests.keys().next().value;
    if (this.#rests.size > 100 && oldest !== undefined) this.#rests.delete(oldest);
    return { continue: token, remainingItemCount: rest.items.length };
  }
}

/** The objects that a request asks for, by namespace and selectors. */
export function matchesOf(namespace: string | undefined, query: URLSearchParams): Matches {
  const byLabel = parseLabelSelector(query.get('labelSelector') ?? '');
  const byField = parseFieldSelector(query.get('fieldSelector') ?? '');
  return (object) => (namespace === undefined || object.metadata.namespace === namespace) && byLabel(object) && byField(object);
}
