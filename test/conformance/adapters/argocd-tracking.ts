import { isBody, sameJson } from '../../../src/kernel/json.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';
import { carriedTrackingId, parseTrackingId, trackingTextFor } from '../../../src/sync/tracking.ts';
import { type Input, notRun, textOf } from '../adapter.ts';

const byAnnotation = ['', 'annotation', 'foo'];

/** Kinds `parse`: the parts of a tracking id; `set`: the id that an object gets; `get`: the Application of an object. Labels and installation ids are not written. */
export function answer(input: Input): unknown {
  if (input['kind'] === 'parse') return parseText(textOf(input, 'id'));
  const { object, method } = input;
  const ours = textOf(input, 'installationID') === '' && typeof method === 'string' && byAnnotation.includes(method);
  if (!ours || !isNamed(object)) return notRun;
  if (input['kind'] === 'set') return { id: trackingTextFor(object, textOf(input, 'app'), textOf(input, 'defaultNamespace')) };
  return input['kind'] === 'get' ? getName(object) : notRun;
}

/** The peer does not ask here whether the id describes the object. */
function getName(object: KubeObject): unknown {
  return { appName: carriedTrackingId(object)?.application ?? '' };
}

export function equal(expected: unknown, answered: unknown): boolean {
  if (!isBody(expected) || !isBody(answered)) return false;
  if ('error' in expected && expected['error'] !== null) return 'error' in answered;
  if (!('id' in answered)) return sameJson(expected, answered);
  const annotations = isBody(expected['annotations']) ? expected['annotations'] : {};
  return annotations['argocd.argoproj.io/tracking-id'] === answered['id'];
}

function parseText(text: string): unknown {
  const id = parseTrackingId(text);
  if (id === undefined) return { error: true };
  return { ...id, rebuilt: `${id.application}:${id.group}/${id.kind}:${id.namespace}/${id.name}` };
}

/** Objects without a name are refused when they are rendered; CRDs are not tracked. */
function isNamed(value: unknown): value is KubeObject {
  if (!isBody(value) || value['kind'] === 'CustomResourceDefinition' || !isBody(value['metadata'])) return false;
  return typeof value['metadata']['name'] === 'string';
}
