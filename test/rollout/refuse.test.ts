import { describe, expect, it } from 'vitest';
import {
  change,
  errorsTemplate,
  modelOf,
  pass,
  patchSpec,
  patchStatus,
  replicaSets,
  setImage,
  settleAll,
  statusOf,
  wantedByImage,
} from './model.ts';
import { condition } from './stages.ts';

const canaryWith = (canary: Record<string, unknown>) => ({ strategy: { canary } });
const steps = (...list: unknown[]) => canaryWith({ steps: list });

describe('a Rollout that cannot be carried out is refused before a pod is touched', () => {
  it.each([
    [
      'blue-green',
      { strategy: { canary: null, blueGreen: { activeService: 'a' } } },
      'spec.strategy.blueGreen: got a blue-green strategy, expected spec.strategy.canary',
    ],
    ['no strategy', { strategy: null }, 'spec.strategy: got no strategy, expected spec.strategy.canary'],
    [
      'a workloadRef',
      { workloadRef: { kind: 'Deployment', name: 'web' } },
      'spec.workloadRef: got a reference, expected a pod template in spec.template',
    ],
    [
      'a router',
      canaryWith({ trafficRouting: { nginx: { stableIngress: 'web' } } }),
      'spec.strategy.canary.trafficRouting.nginx: got nginx',
    ],
    ['an empty trafficRouting', canaryWith({ trafficRouting: {} }), 'spec.strategy.canary.trafficRouting: got no router'],
    [
      'a router setting alone',
      canaryWith({ dynamicStableScale: true }),
      'spec.strategy.canary.dynamicStableScale: got a setting for a traffic router',
    ],
    ['anti-affinity', canaryWith({ antiAffinity: {} }), 'spec.strategy.canary.antiAffinity: got a setting that is not carried out here'],
    ['no room to move', canaryWith({ maxSurge: '0%', maxUnavailable: 0 }), 'spec.strategy.canary.maxSurge: got 0, with maxUnavailable 0'],
    ['a count that is none', canaryWith({ maxSurge: 'x' }), 'spec.strategy.canary.maxSurge: got "x", expected a number of pods'],
    [
      'an experiment step',
      steps({ experiment: { templates: [] } }),
      'spec.strategy.canary.steps[0].experiment: got the kind experiment, expected setWeight, pause or analysis',
    ],
    ['a canary scale step', steps({ setCanaryScale: { replicas: 1 } }), 'spec.strategy.canary.steps[0].setCanaryScale'],
    ['a plugin step', steps({ setWeight: 10 }, { plugin: { name: 'p' } }), 'spec.strategy.canary.steps[1].plugin'],
    [
      'two kinds in one step',
      steps({ setWeight: 10, pause: {} }),
      'spec.strategy.canary.steps[0]: got setWeight and pause, expected exactly one of',
    ],
    ['an empty step', steps({}), 'spec.strategy.canary.steps[0]: got an empty step'],
    ['a weight above 100', steps({ setWeight: 101 }), 'spec.strategy.canary.steps[0].setWeight: got 101, expected 0 to 100'],
    [
      'a pause in days',
      steps({ pause: { duration: '1d' } }),
      'spec.strategy.canary.steps[0].pause.duration: got "1d", expected seconds, or a duration such as 30s',
    ],
    ['a pause of the past', steps({ pause: { duration: '-5s' } }), 'spec.strategy.canary.steps[0].pause.duration: got "-5s"'],
    [
      'a template that is missing',
      steps({ analysis: { templates: [{ templateName: 'nope' }] } }),
      'spec.strategy.canary.steps[0].analysis.templates[0].templateName: got nope, expected the name of an AnalysisTemplate in namespace ro',
    ],
    [
      'an argument without value',
      steps({ analysis: { templates: [{ templateName: 'errors' }] } }),
      'spec.strategy.canary.steps[0].analysis: args.app: got no value',
    ],
    ['a selector that selects others', { selector: { matchLabels: { app: 'other' } } }, 'spec.selector.matchLabels: got app=other'],
    [
      'a deadline below minReadySeconds',
      { minReadySeconds: 600 },
      'spec.progressDeadlineSeconds: got 600, expected more than minReadySeconds (600)',
    ],
  ])('%s', (_, spec, sentence) => {
    const model = modelOf();
    settleAll(model);
    setImage(model, 'team/web:2');
    patchSpec(model, spec);
    settleAll(model);
    expect(statusOf(model)['message']).toMatch(/^InvalidSpec: The Rollout "web" is invalid: /);
    expect(statusOf(model)['message']).toContain(sentence);
    expect(statusOf(model)).toMatchObject({ phase: 'Degraded', observedGeneration: '3' });
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
    expect(replicaSets(model)).toHaveLength(1);
  });

  it('says everything at once', () => {
    const model = modelOf({ steps: [{ setWeight: 101 }, { pause: { duration: 'soon' } }] });
    expect(pass(model).because).toMatch(/steps\[0\]\.setWeight.*; .*steps\[1\]\.pause\.duration/);
  });

  it('refuses an analysis that never ends, as Argo Rollouts v1.9 does', () => {
    const model = modelOf();
    change(model, model.rollout, {});
    const { metrics } = { metrics: [{ name: 'm', interval: '1m', provider: { prometheus: { query: 'up' } } }] };
    model.templates['errors'] = { ...errorsTemplate, spec: { args: [{ name: 'app' }], metrics } };
    expect(pass(model).because).toContain('spec.strategy.canary.steps[4].analysis: metrics.m.count: got nothing, expected a count');
  });

  it('refuses a metric that nobody here can measure, before the canary starts; stable stays as it is', () => {
    const model = modelOf();
    settleAll(model);
    const metrics = [{ name: 'p99', provider: { datadog: { query: 'avg:latency' } } }];
    model.templates['errors'] = { ...errorsTemplate, spec: { args: [{ name: 'app' }], metrics } };
    setImage(model, 'team/web:2');
    settleAll(model);
    expect(statusOf(model)).toMatchObject({
      phase: 'Degraded',
      message:
        'InvalidSpec: The Rollout "web" is invalid: spec.strategy.canary.steps[4].analysis: AnalysisTemplate errors: metrics.p99.provider: got datadog, expected one of prometheus',
    });
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
    model.templates['errors'] = errorsTemplate;
    settleAll(model);
    expect(condition(model, 'InvalidSpec')).toBeUndefined();
    expect(Object.keys(wantedByImage(model))).toContain('team/web:2');
  });

  it('goes on by itself when the template appears', () => {
    const model = modelOf();
    delete model.templates['errors'];
    settleAll(model);
    expect(statusOf(model)['message']).toContain('templateName: got errors');
    model.templates['errors'] = errorsTemplate;
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Healthy' });
    expect(condition(model, 'InvalidSpec')).toBeUndefined();
  });

  it('lets an aborted update come back although its template is gone', () => {
    const model = modelOf();
    settleAll(model);
    setImage(model, 'team/web:2');
    settleAll(model);
    delete model.templates['errors'];
    patchStatus(model, { abort: true });
    settleAll(model);
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
  });
});

describe('what Argo Rollouts v1.9 passes over is no reason to refuse', () => {
  it('a floor for pods that only a router has', () => {
    const model = modelOf();
    patchSpec(model, canaryWith({ minPodsPerReplicaSet: 2 }));
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Healthy' });
  });

  it('a template copied from a ReplicaSet, with its label: each ReplicaSet still gets one of its own', () => {
    const model = modelOf();
    settleAll(model);
    const [before] = replicaSets(model);
    patchSpec(model, { template: { metadata: { labels: { 'rollouts-pod-template-hash': 'copied' } } } });
    settleAll(model);
    expect(replicaSets(model).map(({ metadata }) => metadata.name)).toEqual([before?.metadata.name]);
    setImage(model, 'team/web:2');
    settleAll(model);
    const [, after] = replicaSets(model);
    const hash = after?.metadata.labels?.['rollouts-pod-template-hash'];
    expect(after?.metadata.name).toBe(`web-${hash ?? ''}`);
    expect(after).toMatchObject({
      spec: {
        selector: { matchLabels: { 'rollouts-pod-template-hash': hash } },
        template: { metadata: { labels: { 'rollouts-pod-template-hash': hash } } },
      },
    });
    expect(hash).not.toBe('copied');
  });
});
