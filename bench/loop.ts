import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Narrator } from '../src/sandbox/demo/narrator.ts';
import { field } from '../src/sandbox/demo/observe.ts';
import { chooseCast, createRandom } from '../src/sandbox/demo/seed.ts';
import { setStage } from '../src/sandbox/demo/stage.ts';
import type { Stage } from '../src/sandbox/demo/stage.ts';

type Change = { readonly at: number; readonly object: unknown };

const silent: Narrator = {
  chapter: () => undefined,
  event: () => undefined,
  check: () => undefined,
  saw: () => undefined,
  report: () => undefined,
  waiting: () => undefined,
  summary: () => undefined,
  passed: () => 0,
  failed: () => 0,
  elapsedMs: () => 0,
};

/** Every change of a collection, stamped when it arrived. */
async function record(stage: Stage, path: string, changes: Change[], signal: AbortSignal): Promise<void> {
  const answer = await fetch(`${stage.api.url}${path}?watch=true&allowWatchBookmarks=false`, {
    headers: { authorization: `Bearer ${stage.api.token}` },
    signal,
  });
  let rest = '';
  const read = async () => {
    for await (const chunk of answer.body ?? []) {
      rest += Buffer.from(chunk as Uint8Array).toString('utf8');
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((one) => one !== ''))
        changes.push({ at: performance.now(), object: (JSON.parse(line) as { object: unknown }).object });
    }
  };
  read().catch(() => undefined);
}

const headOf = (stage: Stage) => readFileSync(join(stage.repositoryPath, 'refs/heads/main'), 'utf8').trim();

async function until<Found>(look: () => Found | undefined, limitMs = 60_000): Promise<Found> {
  for (const end = performance.now() + limitMs; performance.now() < end;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`not seen in ${limitMs} ms: ${look.toString()}`);
}

type Watched = { readonly stage: Stage; readonly rollouts: Change[]; readonly runs: Change[]; readonly pods: Change[] };

function imageIs(stage: Stage, tag: string): (change: Change) => boolean {
  const image = `${stage.addresses.registryHost}/${stage.cast.repository}:${tag}`;
  return ({ object }) => field(object, 'spec.template.spec.containers.0.image') === image;
}

/** The first change after a moment that holds; its time. */
async function seen(changes: readonly Change[], after: number, holds: (change: Change) => boolean): Promise<number> {
  return (await until(() => changes.find((change) => change.at >= after && holds(change)))).at;
}

async function newHead(stage: Stage, before: string): Promise<number> {
  return until(() => (headOf(stage) === before ? undefined : performance.now()));
}

async function stableAgain({ stage, rollouts }: Watched, tag: string): Promise<void> {
  const runs = imageIs(stage, tag);
  const last = () => rollouts.at(-1);
  await until(() => {
    const change = last();
    return change !== undefined && runs(change) && field(change.object, 'status.phase') === 'Healthy' ? true : undefined;
  });
}

async function goodRound(watched: Watched, tag: string, times: Times): Promise<void> {
  const { stage, rollouts } = watched;
  const before = headOf(stage);
  const pushed = performance.now();
  await stage.push(tag, 'good');
  const committed = await newHead(stage, before);
  const applied = await seen(rollouts, pushed, imageIs(stage, tag));
  const paused = await seen(
    rollouts,
    applied,
    ({ object }) => Array.isArray(field(object, 'status.pauseConditions')) && field(object, 'status.currentStepIndex') === 1,
  );
  times['push to commit']?.push(committed - pushed);
  times['commit to applied']?.push(applied - committed);
  times['image patch to paused at step 1']?.push(paused - applied);
  await stableAgain(watched, tag);
}

async function badRound(watched: Watched, tag: string, stable: string, times: Times): Promise<void> {
  const { stage, rollouts, runs } = watched;
  const before = headOf(stage);
  const pushed = performance.now();
  await stage.push(tag, 'bad');
  await newHead(stage, before);
  const raised = headOf(stage);
  const failed = await seen(runs, pushed, ({ object }) => field(object, 'status.phase') === 'Failed');
  const held = newHead(stage, raised);
  const back = await seen(
    rollouts,
    failed,
    ({ object }) =>
      field(object, 'status.replicas') === 5 && field(object, 'status.availableReplicas') === 5 && !field(object, 'status.updatedReplicas'),
  );
  times['failed measurement to all on stable']?.push(back - failed);
  times['failed measurement to the holding commit']?.push((await held) - failed);
  await stableAgain(watched, stable);
}

type Times = Record<string, number[]>;

/** Rounds of a good and a bad version on the demo's servers; milliseconds by what was measured. */
export async function measureLoop(rounds: number): Promise<Times> {
  const cast = chooseCast(createRandom(1));
  const stage = await setStage({ cast, random: createRandom(1), grounds: 'sandbox' }, silent);
  const ended = new AbortController();
  const watched: Watched = { stage, rollouts: [], runs: [], pods: [] };
  const times: Times = Object.fromEntries(
    [
      'push to commit',
      'commit to applied',
      'image patch to paused at step 1',
      'failed measurement to all on stable',
      'failed measurement to the holding commit',
    ].map((name) => [name, []]),
  );
  try {
    await record(stage, '/apis/argoproj.io/v1alpha1/rollouts', watched.rollouts, ended.signal);
    await record(stage, '/apis/argoproj.io/v1alpha1/analysisruns', watched.runs, ended.signal);
    await stableAgain(watched, cast.versions.first);
    const [major = '0', minor = '0'] = cast.versions.first.split('.');
    for (let round = 1; round <= rounds; round += 1) {
      const up = Number(minor) + round * 2;
      await goodRound(watched, `${major}.${up}.0`, times);
      await badRound(watched, `${major}.${up + 1}.0`, `${major}.${up}.0`, times);
    }
    return times;
  } finally {
    ended.abort();
    await stage.stop();
  }
}
