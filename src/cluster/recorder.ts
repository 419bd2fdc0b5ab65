import type { Action } from '../kernel/action.ts';
import { isBody } from '../kernel/json.ts';
import { describeRef } from '../kernel/refs.ts';
import { kubeTime } from '../kernel/time.ts';
import type { Millis } from '../kernel/time.ts';
import type { Acted } from './answers.ts';
import { eventOf } from './events.ts';
import type { EventNote } from './events.ts';
import { failureOfAnswer, messageOf } from './failures.ts';
import type { ApiAnswer } from './failures.ts';
import { collectionPath, objectPath } from './paths.ts';
import type { ServedKind } from './paths.ts';
import type { Transport } from './transport.ts';

export type Recorder = (action: Action, about: { apiVersion: string; uid?: string }, signal: AbortSignal) => Promise<Acted>;

const kind: ServedKind = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true, subresources: [] };

/** Writes Events; one that was written before is counted up. */
export function createRecorder(transport: Transport, options: { reporter: string; now: () => Millis }): Recorder {
  return async (action, about, signal) => {
    const note = eventOf(action, { ...about, reporter: options.reporter }, options.now());
    const what = `record event about ${describeRef(action.on)}`;
    const created = await transport.send(
      { method: 'POST', path: collectionPath(kind, note.namespace), query: { fieldManager: options.reporter }, body: note.body, what },
      signal,
    );
    if (created.code < 300) return { kind: 'done' };
    if (created.code !== 409) return settled(created, what);
    return countUp(transport, note, { what, now: options.now(), signal });
  };
}

type Attempt = { readonly what: string; readonly now: Millis; readonly signal: AbortSignal };

async function countUp(transport: Transport, note: EventNote, { what, now, signal }: Attempt): Promise<Acted> {
  const path = objectPath(kind, note);
  const live = await transport.send({ method: 'GET', path, what }, signal);
  if (live.code >= 300) return settled(live, what);
  const count = isBody(live.body) && typeof live.body['count'] === 'number' ? live.body['count'] : 1;
  const body = { count: count + 1, lastTimestamp: kubeTime(now) };
  const patched = await transport.send({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json', what }, signal);
  return patched.code < 300 ? { kind: 'done' } : settled(patched, what);
}

/** An Event that expired in between is gone; a namespace that ends or a malformed name is a refusal. */
function settled(answer: ApiAnswer, what: string): Acted {
  if (answer.code === 404) return { kind: 'gone' };
  const failure = failureOfAnswer(answer, what);
  if (failure.code === 'rejected') return { kind: 'refused', because: messageOf(answer.body) };
  throw failure;
}
