import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RealStage } from './stage.ts';
import { acted, hasControlPlane, numberAt, patienceMs, rolloutWith, seen, startRealStage, web } from './stage.ts';

const writes = 200;
const canary = { canary: { maxSurge: 1, maxUnavailable: 0, steps: [{ setWeight: 30 }, { pause: {} }] } };

describe.skipIf(!hasControlPlane)('on a real API server, an edit of a Rollout', () => {
  let stage: RealStage;

  beforeAll(async () => {
    stage = await startRealStage(rolloutWith('shop:0', { replicas: 3, strategy: canary }));
  }, 240_000);
  afterAll(() => stage.stop(), 30_000);

  /** Edits at the moment in which a status write of the service becomes visible; answers how long each took to be acted on. */
  async function editAtEveryWrite(first: number): Promise<readonly number[]> {
    const { user } = stage;
    const took: number[] = [];
    for (let edit = first; edit < first + writes; edit += 1) {
      const before = numberAt(user.get(web), 'metadata', 'generation');
      const body = { spec: { template: { spec: { containers: [{ name: 'web', image: `shop:${edit}` }] } } } };
      const sent = performance.now();
      const answer = await user.act({ do: 'patch', on: web, body }, AbortSignal.timeout(patienceMs));
      expect(answer.kind).toBe('done');
      // Acted on: the service's next status write, which is also the moment of the next edit.
      await seen(user, (object) => numberAt(object, 'metadata', 'generation') > before && acted(object));
      took.push(performance.now() - sent);
    }
    return took;
  }

  function report(took: readonly number[], circumstances: string): void {
    const sorted = [...took].sort((left, right) => left - right);
    const within = sorted.filter((ms) => ms <= 1_000).length;
    const [median = 0, longest = 0] = [sorted[sorted.length >> 1], sorted.at(-1)];
    process.stdout.write(
      `edits at a status write, ${circumstances}: ${took.length} of ${writes} acted on, ${within} within a second, median ${Math.round(median)} ms, longest ${Math.round(longest)} ms\n`,
    );
  }

  it('that meets a status write of the service is never lost', async () => {
    const took = await editAtEveryWrite(1);
    report(took, 'quiet');
    expect(took).toHaveLength(writes);
  }, 300_000);

  it('is not lost under load either', async () => {
    const load = [1, 2].map(() => new Worker('for (;;) Math.sqrt(Math.random());', { eval: true }));
    try {
      const took = await editAtEveryWrite(1_000);
      report(took, 'two busy threads beside it');
      expect(took).toHaveLength(writes);
    } finally {
      await Promise.all(load.map((worker) => worker.terminate()));
    }
  }, 300_000);
});
