import { describeDuration } from '../../kernel/duration.ts';
import type { Body } from '../../kernel/json.ts';
import type { Kind } from './kinds.ts';
import { at, listAt, textAt } from './object.ts';
import type { ApiObject } from './object.ts';

type Column = { readonly name: string; readonly of: (object: ApiObject) => string | number };

const age: Column = { name: 'Age', of: ({ metadata }) => sinceText(metadata.creationTimestamp) };
const name: Column = { name: 'Name', of: ({ metadata }) => metadata.name };

function count(title: string, ...path: readonly string[]): Column {
  return { name: title, of: (object) => Number(at(object, ...path) ?? 0) };
}

const builtIn: Readonly<Record<string, readonly Column[]>> = {
  Pod: [
    { name: 'Ready', of: readyContainers },
    { name: 'Status', of: podStatus },
  ],
  ReplicaSet: [count('Desired', 'spec', 'replicas'), count('Current', 'status', 'replicas'), count('Ready', 'status', 'readyReplicas')],
  Deployment: [
    {
      name: 'Ready',
      of: (object) => `${Number(at(object, 'status', 'readyReplicas') ?? 0)}/${Number(at(object, 'spec', 'replicas') ?? 1)}`,
    },
    count('Up-to-date', 'status', 'updatedReplicas'),
    count('Available', 'status', 'availableReplicas'),
  ],
  Job: [count('Succeeded', 'status', 'succeeded'), count('Failed', 'status', 'failed')],
  Namespace: [{ name: 'Status', of: (object) => textAt(object, 'status', 'phase') ?? '' }],
  Event: [
    { name: 'Type', of: (object) => textAt(object, 'type') ?? '' },
    { name: 'Reason', of: (object) => textAt(object, 'reason') ?? '' },
    {
      name: 'Object',
      of: (object) => `${textAt(object, 'involvedObject', 'kind') ?? ''}/${textAt(object, 'involvedObject', 'name') ?? ''}`,
    },
    { name: 'Message', of: (object) => textAt(object, 'message') ?? '' },
  ],
};

/** Whether a client asks for a table to print, as `kubectl get` does. */
export function asksForTable(accept: string | undefined): boolean {
  return accept?.includes('as=Table') === true && accept.includes('g=meta.k8s.io');
}

/** The age is among the columns of a definition where it is wanted; a definition without columns gets it alone. */
function columnsOf(kind: Kind): readonly Column[] {
  if (!kind.custom) return [name, ...(builtIn[kind.kind] ?? []), age];
  return kind.columns.length === 0 ? [name, age] : [name, ...kind.columns.map(definedColumn)];
}

/** Objects as a meta.k8s.io/v1 Table: the columns that kubectl prints for their kind, of a custom one those of its definition. */
export function tableOf(kind: Kind, objects: readonly ApiObject[], version?: string): Body {
  const columns = columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: version === undefined ? {} : { resourceVersion: version },
    columnDefinitions: columns.map((column) => ({ name: column.name, type: 'string', format: column === name ? 'name' : '', priority: 0 })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.of(object)),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

/** A column of additionalPrinterColumns; of JSONPath plain field steps are known. */
function definedColumn(column: Kind['columns'][number]): Column {
  const path = column.jsonPath.split('.').filter((step) => step !== '');
  return {
    name: column.name,
    of: (object) => {
      const value = at(object, ...path);
      if (column.type === 'date') return sinceText(value);
      return typeof value === 'string' || typeof value === 'number' ? value : value === undefined ? '' : JSON.stringify(value);
    },
  };
}

function readyContainers(pod: ApiObject): string {
  const ready = listAt(pod, 'status', 'containerStatuses').filter((status) => at(status, 'ready') === true).length;
  return `${ready}/${listAt(pod, 'spec', 'containers').length}`;
}

function podStatus(pod: ApiObject): string {
  if (typeof pod.metadata.deletionTimestamp === 'string') return 'Terminating';
  const waiting = listAt(pod, 'status', 'containerStatuses').flatMap((status) => textAt(status, 'state', 'waiting', 'reason') ?? []);
  return waiting[0] ?? textAt(pod, 'status', 'phase') ?? '';
}

function sinceText(time: unknown): string {
  if (typeof time !== 'string') return '';
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time)) / 1000));
  return seconds === 0 ? '0s' : describeDuration(seconds * 1000);
}
