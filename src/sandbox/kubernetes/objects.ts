import { bodyOf, mediaType, notAllowed, pageNotFound, parseBody, readBody, writeOf } from './call.ts';
import type { Api, Call, Reply } from './call.ts';
import type { Body } from '../../kernel/json.ts';
import { deleteObject, readDeleteOptions } from './deletion.ts';
import { resourceOf } from './kinds.ts';
import { matchesOf } from './lists.ts';
import type { ApiObject } from './object.ts';
import { jsonPatch, mergePatch } from './patches.ts';
import { badRequest } from './refusal.ts';
import { strategicPatch } from './strategic.ts';
import { isSubresource, serveSubresource } from './subresources.ts';
import { tableOf } from './tables.ts';
import { presented } from './watch-stream.ts';
import { applyObject, createObject, existing, patchObject, replaceObject } from './write.ts';
import type { Write } from './commit.ts';

/** Answers everything but watches. Throws Refusal. */
export function serveObjects(api: Api, call: Call): Reply {
  const { route } = call;
  if (route.name === '') return serveCollection(api, call);
  if (isSubresource(route)) return serveSubresource(api, call);
  if (route.subresource !== '' && !(route.subresource === 'status' && route.kind.status)) throw pageNotFound();
  const write = writeOf(call);
  switch (call.method) {
    case 'GET':
      return { code: 200, body: show(call, presented(route.kind, existing(api.store, write))) };
    case 'PUT':
      return { code: 200, body: replaceObject(api.store, write, readBody(call)) };
    case 'PATCH':
      return patch(api, call, write);
    case 'DELETE':
      return {
        code: 200,
        body: deleteObject(api.store, route.kind, existing(api.store, write), readDeleteOptions(bodyOf(call), call.query)),
      };
    default:
      throw notAllowed(call.method);
  }
}

function serveCollection(api: Api, call: Call): Reply {
  const { kind, namespace } = call.route;
  if (call.method === 'GET') return { code: 200, body: list(api, call) };
  if (call.method === 'DELETE') return deleteCollection(api, call);
  if (call.method !== 'POST') throw notAllowed(call.method);
  if (kind.namespaced && namespace === undefined) throw badRequest(`a ${kind.kind} is created in a namespace: POST to its path`);
  return { code: 201, body: createObject(api.store, writeOf(call), readBody(call)) };
}

function list({ store, lists }: Api, { route, query, table }: Call): Body {
  const page = lists.read(store, route.kind, route.namespace, query);
  return table ? { ...tableOf(route.kind, page.items), metadata: page.metadata } : page;
}

function show({ route, table }: Call, object: ApiObject): Body {
  return table ? tableOf(route.kind, [object], object.metadata.resourceVersion) : object;
}

function deleteCollection({ store }: Api, { route, query, text }: Call): Reply {
  const options = readDeleteOptions(text === '' ? {} : parseBody(text), query);
  const matching = store.list(resourceOf(route.kind)).filter(matchesOf(route.namespace, query));
  for (const object of matching) deleteObject(store, route.kind, object, options);
  return { code: 200, body: { kind: `${route.kind.kind}List`, apiVersion: route.kind.apiVersion, metadata: {}, items: matching } };
}

function patch(api: Api, call: Call, write: Write): Reply {
  const { store } = api;
  const body = readBody(call);
  const type = call.contentType.split(';')[0]?.trim() ?? '';
  if (type === 'application/apply-patch+yaml') {
    const created = store.get(resourceOf(write.kind), write.namespace, write.name) === undefined;
    const manager = { ...write, manager: call.query.get('fieldManager') ?? '' };
    return { code: created ? 201 : 200, body: applyObject(store, manager, body, call.query.get('force') === 'true') };
  }
  const change = changeOf(type, body, write);
  return { code: 200, body: patchObject(store, write, (live) => change(presented(write.kind, live))) };
}

function changeOf(type: string, body: unknown, write: Write): (live: ApiObject) => unknown {
  switch (type) {
    case 'application/merge-patch+json':
      return (live) => mergePatch(live, body);
    case 'application/json-patch+json':
      return (live) => jsonPatch(live, body);
    case 'application/strategic-merge-patch+json':
      if (write.kind.custom) throw mediaType(type);
      return (live) => strategicPatch(live, body, write.kind.shape);
    default:
      throw mediaType(type);
  }
}
