import * as yaml from 'yaml';
import type { Body } from '../../kernel/json.ts';
import type { KindTable } from './kinds.ts';
import type { Lists } from './lists.ts';
import type { Route } from './paths.ts';
import { badRequest, Refusal } from './refusal.ts';
import type { Store } from './store.ts';
import type { Write } from './commit.ts';

export type Api = { readonly store: Store; readonly kinds: KindTable; readonly lists: Lists };
export type ObjectRoute = Extract<Route, { about: 'objects' }>;

export type Call = {
  readonly method: string;
  readonly route: ObjectRoute;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly userAgent: string;
  readonly text: string;
  /** The client wants a Table to print. */
  readonly table: boolean;
};

export type Reply = { readonly code: number; readonly body: Body };

/** What a call says about the write it wants. */
export function writeOf(call: Call): Write {
  const { kind, namespace = '', name, subresource } = call.route;
  return {
    kind,
    namespace,
    name,
    subresource: subresource === 'status' ? 'status' : '',
    manager: call.query.get('fieldManager') ?? call.userAgent.split('/')[0] ?? 'unknown',
    dryRun: call.query.get('dryRun') === 'All',
  };
}

/** The body of a call as JSON or YAML. Throws 400. */
export function readBody(call: Call): unknown {
  if (call.contentType.includes('protobuf')) throw mediaType(call.contentType);
  if (call.text.trim() === '') throw badRequest('the request has no body: expected an object');
  return parseBody(call.text);
}

/** The body of a call that may have none. */
export function bodyOf(call: Call): unknown {
  return call.text.trim() === '' ? {} : parseBody(call.text);
}

export function parseBody(text: string): unknown {
  try {
    return text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as unknown) : yaml.parse(text);
  } catch (cause) {
    throw badRequest(`the body is neither JSON nor YAML: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : ''}`);
  }
}

export function mediaType(type: string): Refusal {
  // kubectl sends protobuf for what it builds itself (create namespace), and JSON for what it reads from a file.
  const way = type.includes('protobuf') ? '; write the object into a file and kubectl apply -f it' : '';
  return new Refusal(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format: ${type} (JSON, YAML and the four patches are known${way})`,
  );
}

export function pageNotFound(): Refusal {
  return new Refusal(404, 'NotFound', 'the server could not find the requested resource');
}

export function notAllowed(method: string): Refusal {
  return new Refusal(405, 'MethodNotAllowed', `the server does not allow ${method} on the requested resource`);
}
