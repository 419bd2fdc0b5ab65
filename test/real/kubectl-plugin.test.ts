import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBody } from '../../src/kernel/json.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { counterpart } from './counterparts.ts';
import type { RealStage } from './stage.ts';
import { acted, hasControlPlane, namespace, patienceMs, phaseOf, rolloutWith, seen, startRealStage, web } from './stage.ts';

const plugin = counterpart('kubectl-argo-rollouts');
const run = promisify(execFile);
const canary = { canary: { maxSurge: 1, maxUnavailable: 0, steps: [{ setWeight: 50 }, { pause: {} }, { setWeight: 75 }, { pause: {} }] } };

function statusOf(object: KubeObject | undefined, field: string): unknown {
  const status: unknown = object?.['status'];
  return isBody(status) ? status[field] : undefined;
}

function imageOf(object: KubeObject | undefined): unknown {
  return /"image":"([^"]+)"/.exec(JSON.stringify(object?.['spec'] ?? {}))?.[1];
}

describe.skipIf(!hasControlPlane || plugin === undefined)('the kubectl plugin of Argo Rollouts drives our canary', () => {
  let stage: RealStage;

  beforeAll(async () => {
    stage = await startRealStage(rolloutWith('shop:1', { replicas: 4, strategy: canary }));
  }, 240_000);
  afterAll(() => stage.stop(), 30_000);

  const say = async (...args: readonly string[]): Promise<string> =>
    (await run(plugin ?? '', [...args, '--kubeconfig', stage.kubeconfig, '-n', namespace], { timeout: patienceMs })).stdout;
  const until = (phase: string, step?: number) =>
    seen(
      stage.user,
      (object) => acted(object) && phaseOf(object) === phase && (step === undefined || statusOf(object, 'currentStepIndex') === step),
    );
  const rollout = () => stage.user.get(web);
  /** A step may be done before the last pod of the old version is gone; the plugin tells weights by the pods that are there. */
  const untilPods = (replicas: number) =>
    seen(stage.user, (object) => statusOf(object, 'replicas') === replicas && statusOf(object, 'availableReplicas') === replicas);

  it('set image begins one, which waits at its first pause; get, list and status tell it', async () => {
    expect(await say('set', 'image', 'web', 'web=shop:2')).toContain('image updated');
    await until('Paused', 1);
    await untilPods(4);
    const shown = await say('get', 'rollout', 'web', '--no-color');
    expect(shown).toMatch(/Status:\s+॥ Paused/);
    expect(shown).toMatch(/Message:\s+CanaryPauseStep/);
    expect(shown).toMatch(/Step:\s+1\/4/);
    expect(shown).toMatch(/SetWeight:\s+50/);
    expect(shown).toMatch(/ActualWeight:\s+50/);
    expect(shown).toMatch(/shop:1 \(stable\)/);
    expect(shown).toMatch(/shop:2 \(canary\)/);
    expect(await say('list', 'rollouts')).toMatch(/web\s+Canary\s+Paused\s+1\/4\s+50/);
    expect(await say('status', 'web', '--watch=false')).toBe('Paused - CanaryPauseStep\n');
  });

  it('promote goes to the next pause', async () => {
    await say('promote', 'web');
    await until('Paused', 3);
    expect(imageOf(rollout())).toBe('shop:2');
  });

  it('abort takes it back, and retry begins it again', async () => {
    await say('abort', 'web');
    await until('Degraded');
    expect(await say('get', 'rollout', 'web', '--no-color')).toMatch(/RolloutAborted: Rollout aborted update to revision 2/);
    await say('retry', 'rollout', 'web');
    await until('Paused', 1);
  });

  it('promote --full ends it', async () => {
    await say('promote', 'web', '--full');
    await until('Healthy');
    expect(await say('status', 'web')).toContain('Healthy');
    expect(statusOf(rollout(), 'stableRS')).toBe(statusOf(rollout(), 'currentPodHash'));
  });

  it('undo wants the revision before, and pause holds it where it is', async () => {
    await say('undo', 'web');
    await until('Paused', 1);
    expect(imageOf(rollout())).toBe('shop:1');
    await say('promote', 'web', '--full');
    await until('Healthy');
    await say('pause', 'web');
    await seen(stage.user, (object) => acted(object) && phaseOf(object) === 'Paused');
    await say('promote', 'web');
    await until('Healthy');
  });

  it('restart makes every pod anew', async () => {
    const pods = { group: '', kind: 'Pod' };
    await stage.user.watch(pods, AbortSignal.timeout(patienceMs));
    const all = () => stage.user.list(pods, namespace);
    const before = new Set(all().map(({ metadata }) => metadata.uid));
    // Only pods of an earlier second are older than the moment of the restart.
    await say('restart', 'web', '--in', '2s');
    // A pod of a time, and none of the old ones in the end; the last one may be gone before its successor is there.
    const renewed = () => all().length === 4 && !all().some(({ metadata }) => before.has(metadata.uid));
    await seen(stage.user, (object) => phaseOf(object) === 'Healthy' && renewed());
    expect(typeof statusOf(rollout(), 'restartedAt')).toBe('string');
  });
});
