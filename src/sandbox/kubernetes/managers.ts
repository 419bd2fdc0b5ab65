import { isBody } from '../../kernel/json.ts';
import { kubeTime } from '../../kernel/time.ts';
import { compareFields, fieldsOf, fieldsV1, isEmptySet, noFields, readFieldsV1, subtract, unite } from './field-set.ts';
import type { Difference, FieldSet } from './field-set.ts';
import { at, textAt, without } from './object.ts';
import type { Draft } from './object.ts';
import type { Shape } from './shape.ts';

/** Who writes: the identity of an entry of managedFields. */
export type Writer = {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
};

export type Entry = Writer & { readonly time: string; readonly set: FieldSet };

/** The fields of an object that somebody can own: all but its identity and what the server fills in. */
export function ownable(object: Draft | undefined): object {
  if (object === undefined) return {};
  const metadata = without(
    object.metadata,
    ...['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'selfLink', 'managedFields'],
    ...['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generateName'],
  );
  return { ...without(object, 'apiVersion', 'kind', 'metadata'), ...(Object.keys(metadata).length > 0 ? { metadata } : {}) };
}

export function readEntries(object: Draft | undefined): readonly Entry[] {
  return (object?.metadata.managedFields ?? []).filter(isBody).map((entry) => ({
    manager: textAt(entry, 'manager') ?? '',
    operation: at(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
    apiVersion: textAt(entry, 'apiVersion') ?? '',
    subresource: textAt(entry, 'subresource') ?? '',
    time: textAt(entry, 'time') ?? '',
    set: readFieldsV1(entry['fieldsV1']),
  }));
}

/** Entries as managedFields; one whose set did not change keeps its time, so that a write without effect changes nothing. */
export function managedFields(entries: readonly Entry[], before: readonly Entry[], nowMs: number): readonly object[] {
  return entries
    .filter((entry) => !isEmptySet(entry.set))
    .map((entry) => timed(entry, before, nowMs))
    .sort(inOrder)
    .map((entry) => ({
      manager: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      time: entry.time,
      fieldsType: 'FieldsV1',
      fieldsV1: fieldsV1(entry.set),
      ...(entry.subresource === '' ? {} : { subresource: entry.subresource }),
    }));
}

function timed(entry: Entry, before: readonly Entry[], nowMs: number): Entry {
  const old = before.find((other) => sameWriter(other, entry));
  const unchanged = old !== undefined && JSON.stringify(fieldsV1(old.set)) === JSON.stringify(fieldsV1(entry.set));
  return { ...entry, time: unchanged ? old.time : kubeTime(nowMs) };
}

// The order of the API server; without one, two writers in turn would change the object each time.
function inOrder(left: Entry, right: Entry): number {
  const text = (entry: Entry): string => [entry.operation, entry.time, entry.manager, entry.apiVersion, entry.subresource].join('\0');
  return text(left) < text(right) ? -1 : 1;
}

/** Who owns what after a create, update or patch: the writer owns what it changed, nobody what it took away. */
export function ownersAfterUpdate(live: Draft | undefined, next: Draft, writer: Writer, shape: Shape): readonly Entry[] {
  const difference = compareFields(live === undefined ? undefined : ownable(live), ownable(next), shape);
  const entries = readEntries(live);
  const own = entries.find((entry) => sameWriter(entry, writer))?.set ?? noFields;
  const set = subtract(unite(own, difference.changed), difference.removed);
  return replaceEntry(withoutTaken(entries, writer, difference), { ...writer, time: '', set });
}

/** The entries of the others, without the fields that this write changed or removed. */
export function withoutTaken(entries: readonly Entry[], writer: Writer, difference: Difference): readonly Entry[] {
  const taken = unite(difference.changed, difference.removed);
  return entries.map((entry) => (sameWriter(entry, writer) ? entry : { ...entry, set: subtract(entry.set, taken) }));
}

export function replaceEntry(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  return [...entries.filter((other) => !sameWriter(other, entry)), entry];
}

export function sameWriter(left: Writer, right: Writer): boolean {
  return (
    left.manager === right.manager &&
    left.operation === right.operation &&
    left.apiVersion === right.apiVersion &&
    left.subresource === right.subresource
  );
}

export function ownedFields(object: Draft, shape: Shape): FieldSet {
  return fieldsOf(ownable(object), shape);
}
