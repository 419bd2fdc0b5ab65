import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { application, automated, inWave, ModelCluster, modelWith, object, ready, run, targets } from './model.ts';

const app = application({ spec: automated() });
const done = 'done: successfully synced (all tasks run)';

describe('an operation', () => {
  const wanted = targets(object('ConfigMap', 'a'), object('ConfigMap', 'b'));
  const state = (more: object) => ({ phase: 'Running', startedAt: '2026-03-01T11:00:00Z', ...more });
  const automatic = { sync: { revision: 'c0', prune: true }, initiatedBy: { automated: true } };

  it('is what the request slot asks: its objects, its pruning', () => {
    const operation = { sync: { resources: [{ kind: 'ConfigMap', name: 'b' }] }, initiatedBy: { username: 'ann' } };
    const model = new ModelCluster(...targets(object('Service', 'old')));
    const { steps, last } = run(model, wanted, application({ operation }));
    expect(steps).toEqual(['apply ConfigMap b', done]);
    expect(last).toMatchObject({ status: { operation: { initiatedBy: { username: 'ann' }, sync: { revision: 'c1' } } } });
  });

  it('has options of its own in place of those of the Application', () => {
    const model = new ModelCluster(...targets(object('ConfigMap', 'old'), object('ConfigMap', 'kept')));
    const operation = { sync: { prune: true, syncOptions: ['Prune=false'] } };
    const { steps, last } = run(model, targets(object('ConfigMap', 'kept')), application({ operation }));
    expect(steps).toEqual(['done: successfully synced (all tasks run)']);
    expect(last).toMatchObject({ status: { syncResult: { resources: [{ name: 'old', message: 'ignored (no prune)' }] } } });
  });

  it('that only tries changes nothing', () => {
    const model = new ModelCluster();
    expect(run(model, wanted, application({ operation: { sync: { dryRun: true } } })).steps).toEqual([
      'done: successfully synced (dry run)',
    ]);
    expect(model.acted).toEqual([]);
  });

  it('ends where a person terminates it', () => {
    const terminating = application({ status: { operationState: state({ phase: 'Terminating', operation: automatic }) } });
    expect(run(new ModelCluster(), wanted, terminating).steps).toEqual(['failed: Operation terminated']);
  });

  it('of the engine itself gives way to a newer commit', () => {
    const busy = application({
      spec: automated(),
      status: { operationState: state({ operation: automatic, syncResult: { revision: 'c0' } }) },
    });
    const { last } = run(new ModelCluster(), wanted, busy);
    expect(last).toMatchObject({ kind: 'done', status: { syncResult: { revision: 'c1' }, startedAt: '2026-03-01T12:00:00Z' } });
  });

  it('of a person is never replaced by another commit', () => {
    const busy = application({ status: { operationState: state({ operation: { sync: { revision: 'c0' } } }) } });
    expect(run(new ModelCluster(), wanted, busy).steps).toEqual(['failed: the operation is about commit c0, but c1 was rendered']);
  });

  it('counts retries and self-heals of the same commit', () => {
    const after = (phase: string, more: object = {}) =>
      application({
        spec: automated(),
        status: {
          operationState: {
            phase,
            finishedAt: '2026-03-01T11:59:00Z',
            retryCount: 2,
            syncResult: { revision: 'c1', source: undefined },
            operation: { sync: { autoHealAttemptsCount: 3 }, ...more },
          },
        },
      });
    expect(run(new ModelCluster(), wanted, after('Failed')).last).toMatchObject({ status: { retryCount: 3 } });
    expect(run(new ModelCluster(), wanted, after('Succeeded')).last).toMatchObject({
      status: { retryCount: 0, operation: { sync: { autoHealAttemptsCount: 4 } } },
    });
  });

  it('does not depend on the order of its input, and comes to rest', () => {
    const names = fc.uniqueArray(
      fc.tuple(
        fc.constantFrom('Service', 'Deployment', 'ConfigMap', 'Widget'),
        fc.constantFrom('a', 'b', 'c'),
        fc.integer({ min: -1, max: 1 }),
      ),
      {
        maxLength: 8,
        selector: ([kind, name]) => `${kind}/${name}`,
      },
    );
    fc.assert(
      fc.property(names, names, fc.infiniteStream(fc.nat()), (wantedNames, liveNames, random) => {
        const make = (list: typeof wantedNames, n: string) =>
          targets(...list.map(([kind, name, wave]) => object(kind, name, { data: { n } }, inWave(wave))));
        const [wanted, live] = [make(wantedNames, '2'), make(liveNames, '1')];
        const shuffled = wanted
          .map((item) => ({ item, at: Number(random.next().value) }))
          .sort((left, right) => left.at - right.at)
          .map(({ item }) => item);
        const [one, two] = [modelWith(ready, ...live), modelWith(ready, ...live)];
        const first = run(one, wanted, app);
        expect(run(two, shuffled, app).steps).toEqual(first.steps);
        expect(first.last.kind).toBe('done');
        expect([...one.objects.keys()].sort()).toEqual(
          wanted
            .map((body) => one.ask([body], app))
            .flatMap((question) => Object.keys(question.predictions))
            .sort(),
        );
        expect(run(one, wanted, first.app).steps).toEqual([done]);
      }),
      { numRuns: 60 },
    );
  });
});
