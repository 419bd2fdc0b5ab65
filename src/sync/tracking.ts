import { groupOf } from '../resources/meta.ts';
import type { KubeObject } from '../resources/meta.ts';
import { annotationOf, installationAnnotation, trackingAnnotation } from './annotations.ts';

/** Who an object belongs to, and which object that was said of. */
export type TrackingId = {
  readonly application: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
};

/** An Application's name in tracking ids: its name, or `<namespace>_<name>` outside the control namespace (Argo CD v3.5). */
export function trackingNameOf(application: {
  readonly name: string;
  readonly namespace: string;
  readonly controlNamespace?: string;
}): string {
  const { name, namespace, controlNamespace } = application;
  return controlNamespace === undefined || controlNamespace === namespace ? name : `${namespace}_${name}`;
}

/** `<app>:<group>/<kind>:<namespace>/<name>`; an object without a namespace is written with the destination's, as Argo CD does. */
export function trackingTextFor(object: KubeObject, application: string, destinationNamespace: string): string {
  const namespace = object.metadata.namespace ?? destinationNamespace;
  return `${application}:${groupOf(object.apiVersion)}/${object.kind}:${namespace}/${object.metadata.name}`;
}

/** The tracking id that an object carries, whatever it describes; one with an installation id belongs to another installation. */
export function carriedTrackingId(object: KubeObject): TrackingId | undefined {
  const text = annotationOf(object, trackingAnnotation);
  const foreign = (annotationOf(object, installationAnnotation) ?? '') !== '';
  return text === undefined || foreign ? undefined : parseTrackingId(text);
}

/** The tracking id that an object carries, if it describes the object itself: a copy on another object is nobody's. */
export function trackingIdOf(object: KubeObject): TrackingId | undefined {
  const id = carriedTrackingId(object);
  if (id === undefined) return undefined;
  const { name, namespace = '' } = object.metadata;
  const same = id.group === groupOf(object.apiVersion) && id.kind === object.kind && id.name === name;
  return same && (namespace === '' || namespace === id.namespace) ? id : undefined;
}

/** Whether an object belongs to the Application of that tracking name. */
export function ownsByTracking(object: KubeObject, application: string): boolean {
  return trackingIdOf(object)?.application === application;
}

/** The parts of a tracking id; undefined for text that is none. */
export function parseTrackingId(text: string): TrackingId | undefined {
  const match = /^([^:]*):([^:/]*)\/([^:]*):([^/]*)\/(.*)$/s.exec(text);
  if (match === null) return undefined;
  const [, application = '', group = '', kind = '', namespace = '', name = ''] = match;
  return { application, group, kind, namespace, name };
}
