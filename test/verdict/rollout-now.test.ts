import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rolloutNowOf } from '../../src/verdict/rollout-now.ts';
import { verdictsOf } from '../../src/verdict/verdict-of.ts';
import { finishRun, type Model, modelOf, objectsIn, observe, pass, patchStatus, runs as runsOf, settleAll } from '../rollout/model.ts';
import { analysing } from '../rollout/stages.ts';
import { canary, context, failedRun, rollout, run } from './canary.ts';

const own = failedRun('one', [{ phase: 'Failed', value: '[0.5]' }]);
const [verdict] = verdictsOf(canary({ runs: [own] }), context);
const step = (phase: string, name = 'run-one') => ({ canary: { currentStepAnalysisRunStatus: { name, status: phase } } });
const background = (phase: string) => ({ canary: { currentBackgroundAnalysisRunStatus: { name: 'run-one', status: phase } } });
const beside = (at: string) => {
  const one = run('two', { phase: 'Running' });
  return { ...one, view: { ...one.view, metadata: { ...one.view.metadata, creationTimestamp: at } } };
};

describe('the rollout now', () => {
  it.each([
    ['aborted', rollout({ abort: true, abortedAt: '2026-01-31T12:05:00Z', ...step('Failed') }), 'aborted'],
    ['about to abort: the run is named, its phase not yet written', rollout(step('Running')), 'aborted'],
    ['about to abort: the phase was never written', rollout(step('')), 'aborted'],
    ['about to abort, because of its background run', rollout(background('Running')), 'aborted'],
    [
      'about to abort, with an abort that an earlier retry left',
      rollout({ abortedAt: '2026-01-31T12:01:00Z', ...step('Running') }),
      'aborted',
    ],
    ['on another template', rollout({ currentPodHash: 'next' }), 'aborted'],
    ['retried, the engine has not answered', rollout({ abort: false, abortedAt: '2026-01-31T12:05:00Z', ...step('Failed') }), 'retried'],
    ['retried, the background run still named', rollout({ abort: false, ...background('Failed') }), 'retried'],
    ['retried: the engine forgot the abort and the run', rollout(), 'retried'],
    ['retried: the next run is named', rollout(step('', 'run-two')), 'retried'],
    ['aborted once more after a retry', rollout({ abort: true, abortedAt: '2026-01-31T12:30:00Z', ...step('', 'run-two') }), 'aborted'],
    ['promoted', rollout({ stableRS: 'bad' }), 'promoted'],
    ['being promoted in full', rollout({ promoteFull: true, abort: true, ...step('Failed') }), 'promoted'],
  ])('is %s', (_, one, expected) => {
    expect(rolloutNowOf(verdict!, { rollout: one, runs: [own] })).toBe(expected);
  });

  it.each([
    ['younger than the verdict by the clock of the API server', '2026-01-31T12:20:00Z'],
    ['older', '2026-01-31T11:00:00Z'],
  ])('does not mind a run of the same attempt that is %s', (_, at) => {
    const runs = [own, beside(at)];
    expect(rolloutNowOf(verdict!, { rollout: rollout(step('Running')), runs })).toBe('aborted');
    expect(rolloutNowOf(verdict!, { rollout: rollout(), runs })).toBe('retried');
  });

  it('is retried where a person took their own abort back', () => {
    const aborted = rollout({ abort: true, abortedAt: '2026-01-31T12:10:00Z' });
    const [byPerson] = verdictsOf(canary({ rollout: aborted }), context);
    expect(rolloutNowOf(byPerson!, { rollout: aborted, runs: [] })).toBe('aborted');
    expect(rolloutNowOf(byPerson!, { rollout: rollout({ abort: false, abortedAt: '2026-01-31T12:10:00Z' }), runs: [] })).toBe('retried');
  });
});

describe('what the engine writes', () => {
  /** The verdict of the run that was there first. */
  function nowOf(model: Model): string {
    const [first] = runsOf(model);
    const found = verdictsOf(observe(model), context).find(({ id }) => id === first?.metadata.uid);
    return found === undefined ? 'no verdict' : rolloutNowOf(found, observe(model));
  }

  it('is aborted from the failure on, and retried from the moment a person says so until the next abort', () => {
    const model = analysing();
    const seen = [nowOf(model)];
    finishRun(model, 'Failed', 'too many errors');
    seen.push(nowOf(model));
    pass(model);
    seen.push(nowOf(model));
    settleAll(model);
    seen.push(nowOf(model));
    expect(seen).toEqual(['no verdict', 'aborted', 'aborted', 'aborted']);
    patchStatus(model, { abort: false });
    const later = [nowOf(model)];
    pass(model);
    later.push(nowOf(model));
    settleAll(model);
    patchStatus(model, { pauseConditions: null });
    settleAll(model);
    model.now += 1000;
    settleAll(model);
    later.push(nowOf(model));
    expect(runsOf(model)).toHaveLength(2);
    expect(later).toEqual(['retried', 'retried', 'retried']);
    patchStatus(model, { abort: true });
    settleAll(model);
    expect(nowOf(model)).toBe('aborted');
    expect(verdictsOf(observe(model), context).map(({ kind }) => kind)).toContain('aborted-by-person');
  });

  it('is an abort by a run alone where Argo Rollouts 1.9.1 wrote it', () => {
    const objects = objectsIn(readFileSync(new URL('../rollout/captured/aborted.json', import.meta.url), 'utf8'));
    const captured = objects.find(({ kind }) => kind === 'Rollout')!;
    const others = objects.filter((object) => object !== captured).map((object) => [object.metadata.name, object] as const);
    const model = { ...modelOf(), rollout: captured, objects: new Map(others) };
    expect(verdictsOf(observe(model), context).map(({ kind }) => kind)).toEqual(['failed']);
    expect(nowOf(model)).toBe('aborted');
    patchStatus(model, { abort: false });
    expect(nowOf(model)).toBe('retried');
  });
});
