import { describe, expect, it } from 'vitest';
import { isBody } from '../../src/kernel/json.ts';
import type { Body } from '../../src/kernel/json.ts';
import type { Application } from '../../src/resources/application.ts';
import { Application as ApplicationSchema } from '../../src/resources/application.ts';
import type { Resource } from '../../src/resources/meta.ts';
import { readResource } from '../../src/resources/meta.ts';
import type { Compared } from '../../src/sync/auto-sync.ts';
import { mergePatch } from '../../src/sync/merge-patch.ts';
import { statusOf } from '../../src/sync/status.ts';
import type { StatusFacts } from '../../src/sync/status.ts';
import { application, automated, ModelCluster, now, object, run, source, targets } from './model.ts';

const synced: Compared = {
  kind: 'compared',
  sync: 'Synced',
  health: { status: 'Healthy' },
  resources: [{ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'prod', name: 'a', status: 'Synced' }],
  images: ['shop:1'],
  because: 'all 1 objects are as Git has them',
};
const facts = (app: Resource<Application>, more: Partial<StatusFacts> = {}): StatusFacts => ({
  application: app,
  now,
  revision: 'c1',
  comparison: synced,
  conditions: [],
  tool: 'kustomize',
  ...more,
});

/** RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isBody(patch)) return patch;
  const result: Record<string, unknown> = isBody(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = merged(result[key], value);
  }
  return result;
}

function patchOf(input: StatusFacts): Body {
  const answer = statusOf(input);
  if (answer.kind === 'unchanged') throw new Error('unchanged');
  return answer.body;
}

function written(input: StatusFacts): Resource<Application> {
  const raw = merged(input.application.raw, patchOf(input)) as typeof input.application.raw;
  const read = readResource(ApplicationSchema, raw);
  if (read.kind !== 'read') throw new Error(JSON.stringify(read.problems));
  return read.resource;
}

describe('the status of an Application', () => {
  it('is written as Argo CD writes it', () => {
    expect(patchOf(facts(application()))).toEqual({
      status: {
        sync: {
          status: 'Synced',
          revision: 'c1',
          comparedTo: { source, destination: { server: 'https://kubernetes.default.svc', namespace: 'prod' } },
        },
        health: { status: 'Healthy', lastTransitionTime: '2026-03-01T12:00:00Z' },
        resources: synced.resources,
        summary: { images: ['shop:1'] },
        conditions: [],
        sourceType: 'Kustomize',
        windlass: { healthyRevision: 'c1', healthyAt: '2026-03-01T12:00:00Z' },
        reconciledAt: '2026-03-01T12:00:00Z',
      },
    });
  });

  it('is unchanged where nothing but times would differ', () => {
    const conditions = [{ type: 'RepeatedResourceWarning', message: 'x' }];
    const app = written(facts(application(), { conditions }));
    expect(statusOf(facts(app, { now: now + 60_000, conditions }))).toEqual({ kind: 'unchanged' });
  });

  it.each([
    [
      'health, and its time',
      { comparison: { ...synced, health: { status: 'Degraded' as const } } },
      { health: { status: 'Degraded', lastTransitionTime: '2026-03-01T12:01:00Z' } },
    ],
    [
      'the commit last seen healthy',
      { revision: 'c2' },
      { sync: { revision: 'c2' }, windlass: { healthyRevision: 'c2', healthyAt: '2026-03-01T12:01:00Z' } },
    ],
    [
      'a condition',
      { conditions: [{ type: 'SyncError', message: 'no' }] },
      { conditions: [{ type: 'SyncError', message: 'no', lastTransitionTime: '2026-03-01T12:01:00Z' }] },
    ],
  ])('changes only %s where only that changed', (_, more, expected) => {
    const app = written(facts(application()));
    expect(patchOf(facts(app, { now: now + 60_000, ...more }))).toEqual({ status: { ...expected, reconciledAt: '2026-03-01T12:01:00Z' } });
  });

  it('says Unknown where the comparison failed, and keeps what was seen last', () => {
    const app = written(facts(application()));
    const { comparison: _failed, ...rest } = facts(app);
    const after = written({ ...rest, conditions: [{ type: 'ComparisonError', message: 'broken' }] });
    expect(after.view.status).toMatchObject({
      sync: { status: 'Unknown', revision: 'c1' },
      health: { status: 'Healthy' },
      resources: [{ name: 'a' }],
    });
  });

  it('clears the request slot when its operation begins, and removes what the last operation left', () => {
    const before = application({
      operation: { sync: {} },
      status: {
        operationState: {
          phase: 'Failed',
          message: 'old',
          finishedAt: '2026-01-01T00:00:00Z',
          syncResult: { revision: 'c0', resources: [] },
        },
      },
    });
    const operationState = {
      phase: 'Running',
      startedAt: '2026-03-01T12:00:00Z',
      operation: { sync: { revision: 'c1' } },
      syncResult: { revision: 'c1', resources: [] },
    };
    const after = written(facts(before, { operationState }));
    expect([after.view.operation, after.view.status?.operationState]).toEqual([undefined, operationState]);
  });

  it('keeps a request that came while another operation runs', () => {
    const running = { phase: 'Running', startedAt: '2026-03-01T11:00:00Z', syncResult: { revision: 'c1' } };
    const app = application({ operation: { sync: {} }, status: { operationState: running } });
    const ended = { ...running, phase: 'Succeeded', finishedAt: '2026-03-01T12:00:00Z' };
    expect(patchOf(facts(app, { operationState: ended }))).not.toHaveProperty('operation');
    const resting = application({ operation: { sync: {} }, status: { operationState: ended } });
    expect(patchOf(facts(resting, { operationState: ended }))).not.toHaveProperty('operation');
  });

  it.each([
    [
      'a complete sync',
      automated(),
      undefined,
      [
        { id: 0 },
        {
          id: 1,
          revision: 'c1',
          deployedAt: '2026-03-01T12:00:00Z',
          deployStartedAt: '2026-03-01T12:00:00Z',
          source,
          initiatedBy: { automated: true },
        },
      ],
    ],
    ['only some objects', {}, { sync: { resources: [{ kind: 'ConfigMap', name: 'a' }] } }, [{ id: 0 }]],
    ['a trial', {}, { sync: { dryRun: true } }, [{ id: 0 }]],
    ['more than the spec keeps', { ...automated(), revisionHistoryLimit: 1 }, undefined, [{ id: 1, revision: 'c1' }]],
    ['none to keep', { ...automated(), revisionHistoryLimit: 0 }, undefined, []],
  ])('remembers %s in the history', (...[, spec, operation, history]) => {
    const app = application({ spec, ...(operation === undefined ? {} : { operation }) });
    const { last } = run(new ModelCluster(), targets(object('ConfigMap', 'a')), app);
    if (!('status' in last)) throw new Error(last.kind);
    const after = written(facts(app, { operationState: last.status }));
    expect(after.view.status?.history).toMatchObject(history);
    expect(statusOf(facts(after, { operationState: last.status }))).toEqual({ kind: 'unchanged' });
  });
});

describe('a merge patch', () => {
  it.each([
    [{ a: 1 }, { a: 1 }, undefined],
    [{ a: 1, b: 2 }, { a: 1 }, { b: null }],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    [{ a: [1, 2] }, { a: [1] }, { a: [1] }],
    [{ a: { b: 1 } }, { a: 2 }, { a: 2 }],
    [{}, { a: {} }, { a: {} }],
  ])('from %j to %j is %j', (from, to, patch) => expect(mergePatch(from, to)).toEqual(patch));
});
