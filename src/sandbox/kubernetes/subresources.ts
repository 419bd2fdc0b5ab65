import type { Body } from '../../kernel/json.ts';
import { deleteObject, readDeleteOptions } from './deletion.ts';
import { resourceOf } from './kinds.ts';
import { at, bodyAt, textAt } from './object.ts';
import type { ApiObject } from './object.ts';
import { notAllowed, readBody, writeOf } from './call.ts';
import type { Api, Call, ObjectRoute, Reply } from './call.ts';
import { mergePatch } from './patches.ts';
import { badRequest, conflict } from './refusal.ts';
import { existing, patchObject, withSpec } from './write.ts';

/** Whether a path names one of the subresources that have a kind of their own. */
export function isSubresource({ kind, subresource }: ObjectRoute): boolean {
  if (subresource === 'scale') return kind.scale;
  return resourceOf(kind) === 'pods' && (subresource === 'binding' || subresource === 'eviction');
}

/** `scale` (autoscaling/v1), and of pods `binding` and `eviction` (policy/v1). Throws Refusal. */
export function serveSubresource(api: Api, call: Call): Reply {
  if (call.route.subresource === 'scale') return serveScale(api, call);
  if (call.method !== 'POST') throw notAllowed(call.method);
  return call.route.subresource === 'binding' ? bind(api, call) : evict(api, call);
}

function serveScale({ store }: Api, call: Call): Reply {
  const write = writeOf(call);
  const live = existing(store, write);
  if (call.method === 'GET') return { code: 200, body: scaleOf(live) };
  const wanted = call.method === 'PATCH' ? mergePatch(scaleOf(live), readBody(call)) : readBody(call);
  const replicas = at(wanted, 'spec', 'replicas') ?? 0;
  const version = textAt(wanted, 'metadata', 'resourceVersion');
  if (typeof replicas !== 'number') throw badRequest(`spec.replicas of a Scale is a number, got ${JSON.stringify(replicas)}`);
  if (version !== undefined && version !== live.metadata.resourceVersion)
    throw conflict(write.kind, write.name, 'the object has been modified');
  return { code: 200, body: scaleOf(patchObject(store, write, (object) => withSpec(object, { replicas }))) };
}

function scaleOf(object: ApiObject): Body {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const labels = Object.entries(bodyAt(object, 'spec', 'selector', 'matchLabels'));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: at(object, 'spec', 'replicas') ?? 0 },
    status: {
      replicas: at(object, 'status', 'replicas') ?? 0,
      selector: labels.map(([key, value]) => `${key}=${String(value)}`).join(','),
    },
  };
}

function bind({ store }: Api, call: Call): Reply {
  const node = textAt(readBody(call), 'target', 'name');
  const write = writeOf(call);
  if (node === undefined) throw badRequest('a Binding needs target.name');
  if (textAt(existing(store, write), 'spec', 'nodeName') !== undefined)
    throw conflict(write.kind, write.name, 'pod is already assigned to a node');
  patchObject(store, write, (pod) => withSpec(pod, { nodeName: node }));
  return { code: 201, body: success };
}

function evict({ store }: Api, call: Call): Reply {
  const pod = existing(store, writeOf(call));
  const options = readDeleteOptions(call.text === '' ? {} : at(readBody(call), 'deleteOptions'), call.query);
  deleteObject(store, call.route.kind, pod, options);
  return { code: 201, body: success };
}

const success: Body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
