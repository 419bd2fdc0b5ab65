import type { ObjectRef } from '../kernel/refs.ts';
import { describeRef } from '../kernel/refs.ts';
import type { OperationState } from '../resources/application.ts';
import type { Seen } from './observe.ts';
import type { SyncQuestion, SyncStep } from './step.ts';

/** A sync in progress: what was asked, where the operation stands, what is seen. */
export type Course = { readonly question: SyncQuestion; readonly state: OperationState; readonly objects: readonly Seen[] };

/** All of a stage is behind us. */
export type Passed = { readonly kind: 'passed'; readonly status: OperationState };

export type Acting = Extract<SyncStep, { kind: 'act' }>;
export type Waiting = Extract<SyncStep, { kind: 'wait' }>;
export type Failing = { readonly kind: 'failed'; readonly status: OperationState; readonly because: string };

/** Whether an operation that lists resources lists this one. */
export function isSelected(ref: ObjectRef, state: OperationState): boolean {
  const chosen = state.operation?.sync?.resources ?? [];
  const matching = chosen.filter((item) => (item.group ?? '') === ref.group && item.kind === ref.kind && item.name === ref.name);
  return chosen.length === 0 || matching.some((item) => (item.namespace ?? ref.namespace) === ref.namespace);
}

export function waitFor(items: readonly Seen[], state: OperationState, why: string): Waiting {
  const refs = items.map((seen) => seen.ref);
  const because = `${why} ${describeSome(refs)}`;
  return { kind: 'wait', for: refs, status: { ...state, message: because }, because };
}

/** The first object and how many more. */
export function describeSome(refs: readonly ObjectRef[]): string {
  const [first] = refs;
  if (first === undefined) return 'nothing';
  return refs.length === 1 ? describeRef(first) : `${describeRef(first)} and ${refs.length - 1} more`;
}

export function versionOf(seen: Seen): string {
  return seen.body.apiVersion.split('/').at(-1) ?? '';
}
