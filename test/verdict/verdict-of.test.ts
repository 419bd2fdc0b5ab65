import { describe, expect, it } from 'vitest';
import { stableImagesOf } from '../../src/verdict/canary-images.ts';
import { describeVerdict } from '../../src/verdict/describe.ts';
import { verdictOf, verdictsOf } from '../../src/verdict/verdict-of.ts';
import { canary, context, digest, failedRun, replicaSet, rollout, run } from './canary.ts';

const bad = { phase: 'Failed', value: '[0.5]' };
const blind = { phase: 'Failed', value: '[NaN]' };
const finished = (phase: string, message: string) => ({ phase, message, completedAt: '2026-01-31T12:05:00Z' });

describe('a finished run', () => {
  it('that failed names metric, value, limit, and the image that changed with its digests', () => {
    const verdict = verdictOf(canary({ runs: [failedRun('one', [bad])] }), context);
    expect(verdict).toEqual({
      id: 'one',
      at: '2026-01-31T12:05:00Z',
      cluster: 'prod',
      rollout: { cluster: 'prod', group: 'argoproj.io', kind: 'Rollout', namespace: 'shop', name: 'web', uid: 'rollout-uid' },
      application: context.application,
      template: 'bad',
      images: [{ image: 'ghcr.io/team/shop', tag: '1.4.3', digests: [digest('b')] }],
      kind: 'failed',
      evidence: { metric: '5xx', value: 0.5, limit: 'successCondition result[0] < 0.05' },
    });
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it.each([
    ['one number above a limit of none', [bad], {}, 'failed'],
    ['a plain number, as a web metric prints it', [{ phase: 'Failed', value: '0.5' }], {}, 'failed'],
    ['NaN', [blind], {}, 'no-data'],
    ['an infinity', [{ phase: 'Failed', value: '[+Inf]' }], {}, 'no-data'],
    ['one NaN among several values', [{ phase: 'Failed', value: '[0.5 NaN]' }], {}, 'no-data'],
    ['an empty vector', [{ phase: 'Failed', value: '[]' }], {}, 'no-data'],
    ['no value, as a job gives', [{ phase: 'Failed' }], {}, 'no-data'],
    ['a text', [{ phase: 'Failed', value: '"bad"' }], {}, 'no-data'],
    ['as many numbers as the limit, and NaN above it', [bad, bad, blind], { failureLimit: 2 }, 'no-data'],
    ['more numbers than the limit, and NaN besides', [bad, blind, bad, bad], { failureLimit: 2 }, 'failed'],
    ['a limit that is an argument', [bad], { failureLimit: '{{args.limit}}' }, 'no-data'],
    ['a limit as text', [bad, bad], { failureLimit: '1' }, 'failed'],
    ['numbers that passed do not count', [{ phase: 'Successful', value: '[0.01]' }, blind], {}, 'no-data'],
    ['a limit that is switched off', [bad], { failureLimit: -1 }, 'failed'],
    ['a limit that is switched off, without any number', [blind], { failureLimit: -1 }, 'no-data'],
  ])('with %s', (_, measurements, metric, kind) => {
    expect(verdictOf(canary({ runs: [failedRun('one', measurements, metric)] }), context)?.kind).toBe(kind);
  });

  it('says how many numbers were missing', () => {
    const verdict = verdictOf(canary({ runs: [failedRun('one', [bad, blind], { failureLimit: 1 })] }), context);
    expect(verdict?.evidence).toEqual({
      because: '5xx failed, but only 1 kept measurements with a finite value did, and more than its limit of 1 must',
    });
  });

  it('counts no metric that was only tried (dryRun)', () => {
    const results = [{ name: '5xx', phase: 'Failed', dryRun: true, measurements: [bad] }];
    const runs = [run('one', { ...finished('Failed', 'a job failed'), metricResults: results })];
    expect(verdictOf(canary({ runs }), context)).toMatchObject({
      kind: 'no-data',
      evidence: { because: 'no metric says why: a job failed' },
    });
  });

  it.each([
    ['Error', 'error', 'five consecutive errors'],
    ['Inconclusive', 'inconclusive', 'between the limits'],
  ])('in phase %s is %s with its message', (phase, kind, message) => {
    expect(verdictOf(canary({ runs: [run('one', finished(phase, message))] }), context)).toMatchObject({
      kind,
      evidence: { because: message },
    });
  });

  it.each([
    ['still runs', run('one', { phase: 'Running' })],
    ['was successful', run('one', finished('Successful', ''))],
    ['belongs to somebody else', { ...failedRun('one', [bad]), raw: { ...failedRun('one', [bad]).raw, metadata: { name: 'x' } } }],
  ])('that %s is no verdict', (_, one) => {
    expect(verdictOf(canary({ runs: [one] }), context)).toBeUndefined();
  });

  it('is the newest one of the present template, and all can be had', () => {
    const runs = [
      run('old', { ...finished('Error', 'x'), completedAt: '2026-01-31T11:00:00Z' }),
      failedRun('new', [bad]),
      run('tie', finished('Error', 'x')),
      run('other', { ...finished('Error', 'x'), completedAt: '2026-01-31T13:00:00Z' }, {}, 'older'),
    ];
    expect(verdictOf(canary({ runs }), context)?.id).toBe('new');
    expect(verdictsOf(canary({ runs }), context).map(({ id }) => id)).toEqual(['other', 'new', 'tie', 'old']);
  });
});

describe('images', () => {
  it('are those of both containers where both changed, sorted', () => {
    const replicaSets = [replicaSet('good', { web: 'b:1', log: 'a:1' }), replicaSet('bad', { web: 'b:2', log: 'a:2' })];
    const verdict = verdictOf(canary({ replicaSets, runs: [failedRun('one', [bad])] }), context);
    expect(verdict?.images.map(({ image, tag }) => `${image}:${tag}`)).toEqual(['docker.io/library/a:2', 'docker.io/library/b:2']);
  });

  it('come from the Rollout where the ReplicaSet is gone', () => {
    const replicaSets = [replicaSet('good', { web: 'ghcr.io/team/shop:1.4.2' })];
    const verdict = verdictOf(canary({ replicaSets, runs: [failedRun('one', [bad])] }), context);
    expect(verdict?.images).toEqual([{ image: 'ghcr.io/team/shop', tag: '1.4.3', digests: [] }]);
  });

  it('keep a digest that the template pins', () => {
    const replicaSets = [replicaSet('bad', { web: `ghcr.io/team/shop:1.4.3@${digest('c')}` })];
    const verdict = verdictOf(canary({ replicaSets, pods: [], runs: [failedRun('one', [bad])] }), context);
    expect(verdict?.images).toEqual([{ image: 'ghcr.io/team/shop', tag: '1.4.3', digests: [digest('c')] }]);
  });

  it('of the stable ReplicaSet take only digests of manifests', () => {
    expect(stableImagesOf(canary())).toEqual([
      { image: 'docker.io/library/nginx', tag: '1', digests: [] },
      { image: 'ghcr.io/team/shop', tag: '1.4.2', digests: [digest('a')] },
    ]);
  });
});

describe('an abort', () => {
  const aborted = (message: string, more: Readonly<Record<string, unknown>> = {}, reason = 'RolloutAborted') =>
    rollout({
      abort: true,
      abortedAt: '2026-01-31T12:10:00Z',
      conditions: [{ type: 'Progressing', status: 'False', reason, message }],
      ...more,
    });
  const byPerson = 'Rollout aborted update to revision 2';

  it('that no run and no cause explains is a person’s, with an id of its own', () => {
    expect(verdictOf(canary({ rollout: aborted(byPerson) }), context)).toMatchObject({
      id: 'rollout-uid/2026-01-31T12:10:00Z',
      at: '2026-01-31T12:10:00Z',
      kind: 'aborted-by-person',
      evidence: { person: 'a person' },
    });
  });

  it('names the client that wrote it', () => {
    const metadata = { managedFields: [{ manager: 'kubectl-argo-rollouts', fieldsV1: { 'f:status': { 'f:abort': {} } } }] };
    const objects = canary({ rollout: rollout({ abort: true, abortedAt: '2026-01-31T12:10:00Z' }, metadata) });
    expect(verdictOf(objects, context)?.evidence).toEqual({ person: 'a person with kubectl-argo-rollouts' });
  });

  it.each([
    ['by the progress deadline', aborted(`${byPerson}: ReplicaSet "web-bad" has timed out progressing.`), 'deadline'],
    ['by the progress deadline, from the reason', aborted('', {}, 'ProgressDeadlineExceeded'), 'deadline'],
    ['for a run that is gone', aborted(`${byPerson}: Step-based analysis phase error/failed: Metric "x" assessed Failed`), 'error'],
  ])('%s is %s', (_, one, kind) => {
    expect(verdictOf(canary({ rollout: one }), context)?.kind).toBe(kind);
  });

  it.each([
    ['that the controller has not seen yet', rollout({ abort: true }), []],
    ['of what is stable already', aborted(byPerson, { stableRS: 'bad' }), []],
  ])('%s is no verdict', (_, one, runs) => {
    expect(verdictOf(canary({ rollout: one, runs }), context)).toBeUndefined();
  });

  const named = (uid: string, phase: string) => ({ canary: { currentStepAnalysisRunStatus: { name: `run-${uid}`, status: phase } } });
  const failed = failedRun('one', [bad]);
  const error = run('one', finished('Error', 'no answer'));
  const byRun = `${byPerson}: Step-based analysis phase error/failed: Metric "5xx" assessed Failed`;

  it.each([
    ['by the engine for a run that failed', aborted(byRun, named('one', 'Failed')), failed, ['failed']],
    ['by the engine for a run that could not measure', aborted(byRun, named('one', 'Error')), error, ['error']],
    ['by the engine, from status.message alone', aborted('', { conditions: [], message: `RolloutAborted: ${byRun}` }), failed, ['failed']],
    ['by the engine, with a deadline behind an earlier error', aborted('', {}, 'ProgressDeadlineExceeded'), error, ['deadline', 'error']],
    ['by a person while its own run failed', aborted(byPerson, named('one', 'Failed')), failed, ['failed']],
    ['by a person while its own run could not measure', aborted(byPerson, named('one', 'Error')), error, ['aborted-by-person', 'error']],
    ['by a person after a retry of an error', aborted(byPerson, named('two', 'Running')), error, ['aborted-by-person', 'error']],
    ['by a person after a retry of a failure', aborted(byPerson), failed, ['aborted-by-person', 'failed']],
    [
      'by a person after no answer',
      aborted(byPerson),
      run('one', finished('Inconclusive', 'between')),
      ['aborted-by-person', 'inconclusive'],
    ],
  ])('%s', (_, one, ran, kinds) => {
    expect(verdictsOf(canary({ rollout: one, runs: [ran] }), context).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('sentences', () => {
  const base = verdictOf(canary({ runs: [failedRun('one', [bad])] }), context)!;
  const on = 'the canary of team/shop:1.4.3 (Rollout shop/web, cluster prod)';

  it.each([
    [base, `${on} failed: 5xx was 0.5, against successCondition result[0] < 0.05`],
    [{ ...base, kind: 'no-data', evidence: { because: 'x' } }, `${on} failed without enough data to judge the image: x`],
    [{ ...base, kind: 'error', evidence: { because: 'x' } }, `${on} could not be measured: x`],
    [{ ...base, kind: 'inconclusive', evidence: { because: 'x' } }, `${on} was inconclusive: x`],
    [{ ...base, kind: 'deadline', evidence: { because: 'x' } }, `${on} missed its progress deadline: x`],
    [{ ...base, kind: 'aborted-by-person', evidence: { person: 'a person' } }, `a person aborted ${on}`],
  ] as const)('%#', (verdict, sentence) => {
    expect(describeVerdict(verdict)).toBe(sentence);
  });
});
