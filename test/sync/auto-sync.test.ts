import { describe, expect, it } from 'vitest';
import type { Compared } from '../../src/sync/auto-sync.ts';
import { autoSync } from '../../src/sync/auto-sync.ts';
import { revisionAskedFor } from '../../src/sync/operation.ts';
import type { ResourceState } from '../../src/sync/step.ts';
import { application, automated, now, source } from './model.ts';

const row = (name: string, more: Partial<ResourceState> = {}): ResourceState => ({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  namespace: 'prod',
  name,
  status: 'OutOfSync',
  ...more,
});
const compared = (resources: readonly ResourceState[] = [row('a')], sync: Compared['sync'] = 'OutOfSync'): Compared => ({
  kind: 'compared',
  sync,
  health: { status: 'Healthy' },
  resources,
  images: [],
  because: 'ConfigMap prod/a: data.n differs',
});
const extra = row('old', { requiresPruning: true });
const ended = (phase: string, secondsAgo: number, more: object = {}) => ({
  operationState: {
    phase,
    message: 'boom',
    finishedAt: new Date(now - secondsAgo * 1000).toISOString(),
    syncResult: { revision: 'c1', source },
    ...more,
  },
});
const heals = (attempts: number) => ({ operation: { sync: { autoHealAttemptsCount: attempts } } });

describe('automated sync', () => {
  it.each([
    [
      'a new commit is synced',
      automated(),
      ended('Succeeded', 5, { syncResult: { revision: 'c0' } }),
      compared(),
      { kind: 'sync', prune: true, because: 'ConfigMap prod/a: data.n differs' },
    ],
    ['the first commit too', automated({ prune: false }), {}, compared(), { kind: 'sync', prune: false }],
    [
      'a new commit does not wait behind a failed one',
      automated(),
      ended('Failed', 0, { syncResult: { revision: 'c0' }, retryCount: 9 }),
      compared(),
      { kind: 'sync' },
    ],
    [
      'the same commit with another source counts as new',
      automated({ selfHeal: false }),
      ended('Succeeded', 5, { syncResult: { revision: 'c1', source: { repoURL: 'x' } } }),
      compared(),
      { kind: 'sync' },
    ],
    ['manual rests', {}, {}, compared(), { kind: 'rest', because: 'sync is manual: ConfigMap prod/a: data.n differs' }],
    [
      'automated but switched off rests',
      automated({ enabled: false }),
      {},
      compared(),
      { kind: 'rest', because: 'sync is manual: ConfigMap prod/a: data.n differs' },
    ],
    ['Synced rests', automated(), {}, compared([], 'Synced'), { kind: 'rest', because: 'ConfigMap prod/a: data.n differs' }],
    [
      'Unknown never syncs',
      automated(),
      {},
      compared([row('a')], 'Unknown'),
      { kind: 'rest', because: 'nothing is synced while the comparison failed: ConfigMap prod/a: data.n differs' },
    ],
    [
      'only prunes with prune off rests',
      automated({ prune: false }),
      {},
      compared([extra]),
      { kind: 'rest', because: 'only pruning is left, which is off: ConfigMap prod/a: data.n differs' },
    ],
    [
      'everything gone rests',
      automated(),
      {},
      compared([extra]),
      { kind: 'rest', because: 'auto-sync will wipe out all resources: none of the 1 is in Git any more, and allowEmpty is off' },
    ],
    ['everything gone syncs with allowEmpty', automated({ allowEmpty: true }), {}, compared([extra]), { kind: 'sync', prune: true }],
    [
      'drift without self-heal rests',
      automated({ selfHeal: false }),
      ended('Succeeded', 60),
      compared(),
      { kind: 'rest', because: 'this commit was synced, and selfHeal is off: ConfigMap prod/a: data.n differs' },
    ],
    [
      'drift with self-heal syncs at once',
      automated(),
      ended('Succeeded', 0),
      compared(),
      { kind: 'sync', because: 'self-heal: ConfigMap prod/a: data.n differs' },
    ],
    [
      'the third self-heal waits',
      automated(),
      ended('Succeeded', 2, heals(2)),
      compared(),
      { kind: 'rest', because: 'self-heal: ConfigMap prod/a: data.n differs; waiting 4s more', wakeAt: now + 4000 },
    ],
    [
      'self-heal waits five minutes at most',
      automated(),
      ended('Succeeded', 299, heals(50)),
      compared(),
      { kind: 'rest', wakeAt: now + 1000 },
    ],
    ['a quiet while resets the back-off', automated(), ended('Succeeded', 601, heals(50)), compared(), { kind: 'sync' }],
    [
      'a failed commit waits',
      automated(),
      ended('Failed', 1),
      compared(),
      { kind: 'rest', because: 'the last sync of this commit failed: boom; waiting 4s more', wakeAt: now + 4000 },
    ],
    [
      'a failed commit is tried again',
      automated(),
      ended('Failed', 5),
      compared(),
      { kind: 'sync', because: 'the last sync of this commit failed: boom' },
    ],
    ['retries slow down', automated(), ended('Error', 30, { retryCount: 3 }), compared(), { kind: 'rest', wakeAt: now + 10_000 }],
    [
      'retries stay at three minutes',
      automated(),
      ended('Failed', 170, { retryCount: 30 }),
      compared(),
      { kind: 'rest', wakeAt: now + 10_000 },
    ],
    [
      'the retry block of the Application counts',
      { syncPolicy: { automated: {}, retry: { backoff: { duration: '10', factor: 3, maxDuration: '1m' } } } },
      ended('Failed', 20, { retryCount: 1 }),
      compared(),
      { kind: 'rest', wakeAt: now + 10_000 },
    ],
    [
      'a retry block of 0 does not spin',
      { syncPolicy: { automated: {}, retry: { backoff: { factor: 0 } } } },
      ended('Failed', 0.5, { retryCount: 1 }),
      compared(),
      { kind: 'rest', wakeAt: now + 500 },
    ],
    [
      'a running operation goes on',
      {},
      { operationState: { phase: 'Running', operation: { sync: { prune: true } } } },
      compared(),
      { kind: 'sync', prune: true, because: 'the sync is running' },
    ],
  ])('%s', (...[, spec, status, comparison, expected]) => {
    expect(autoSync(application({ spec, status }), comparison, 'c1', now)).toMatchObject(expected);
  });

  it('honours what a person asked for, even where all is manual and Synced', () => {
    const asked = application({ operation: { sync: { revision: 'c7', prune: true }, initiatedBy: { username: 'ann' } } });
    expect(autoSync(asked, compared([], 'Synced'), 'c7', now)).toEqual({ kind: 'sync', prune: true, because: 'ann asked for a sync' });
    expect(revisionAskedFor(asked.view)).toBe('c7');
  });

  it.each([
    ['nothing asked', {}, undefined],
    [
      'an automated operation runs',
      { status: { operationState: { phase: 'Running', operation: { sync: { revision: 'c3' }, initiatedBy: { automated: true } } } } },
      undefined,
    ],
    ["a person's operation runs", { status: { operationState: { phase: 'Running', operation: { sync: { revision: 'c3' } } } } }, 'c3'],
    [
      "a person's operation has ended",
      { status: { operationState: { phase: 'Failed', operation: { sync: { revision: 'c3' } } } } },
      undefined,
    ],
  ])('the commit to render where %s', (_, shape, revision) => expect(revisionAskedFor(application(shape).view)).toBe(revision));
});
