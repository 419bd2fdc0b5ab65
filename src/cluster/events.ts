import type { Action } from '../kernel/action.ts';
import { reasonLine } from '../kernel/escape.ts';
import { fnv1a32 } from '../kernel/fnv.ts';
import type { Body } from '../kernel/json.ts';
import { kubeTime } from '../kernel/time.ts';
import type { Millis } from '../kernel/time.ts';

export type EventNote = { readonly namespace: string; readonly name: string; readonly body: Body };

/**
 * The core/v1 Event that an action asks for. Its name follows from what it says about whom, so that saying it again, also by
 * another replica or after a restart, counts up the same Event.
 */
export function eventOf(action: Action, about: { apiVersion: string; uid?: string; reporter: string }, now: Millis): EventNote {
  const { on, body = {} } = action;
  const type = body['type'] === 'Warning' ? 'Warning' : 'Normal';
  const reason = textOf(body['reason']) || 'Windlass';
  const message = textOf(body['message']);
  // Events about objects without a namespace live in `default` (client-go's recorder does the same).
  const namespace = on.namespace === '' ? 'default' : on.namespace;
  const identity = JSON.stringify([on.group, on.kind, on.name, about.uid ?? '', type, reason, message]);
  const name = `${on.name
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, 200)}.${hex(`a${identity}`)}${hex(`b${identity}`)}`;
  const uid = about.uid === undefined ? {} : { uid: about.uid };
  return {
    namespace,
    name,
    body: {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: on.kind,
        name: on.name,
        ...(on.namespace === '' ? {} : { namespace: on.namespace }),
        ...uid,
      },
      type,
      reason,
      message: reasonLine(message),
      count: 1,
      firstTimestamp: kubeTime(now),
      lastTimestamp: kubeTime(now),
      source: { component: about.reporter },
      reportingComponent: about.reporter,
      reportingInstance: about.reporter,
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function hex(text: string): string {
  return fnv1a32(text).toString(16).padStart(8, '0');
}
