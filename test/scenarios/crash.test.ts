import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { field, listAt, runsPath, textAt } from './api.ts';
import { holdsFile } from './manifests.ts';
import type { LoggedCommit, Repository } from './repository.ts';
import { spawnService } from './service-process.ts';
import type { Stage } from './stage.ts';
import { createStage } from './stage.ts';
import { not, until } from './until.ts';
import type { World } from './world.ts';
import { patienceMs, startWorld } from './world.ts';

vi.setConfig({ testTimeout: patienceMs });

let world: World;
let stage: Stage;
beforeAll(async () => {
  world = await startWorld();
  stage = createStage(world);
});
afterEach(() => world.removeApplications());
afterAll(() => world.close());

/** A hook that stops the push of a verdict until the file `go` is there, and says by `here` that it did. */
const stopVerdicts = `while read old new ref; do
  git log -1 --format=%B "$new" | grep -q '^Windlass-Verdict:' || continue
  : > here
  until [ -e go ]; do sleep 0.02; done
done`;

type Gate = { reached(): Promise<void>; open(): void };

function stopAt(repository: Repository, hook: 'pre-receive' | 'post-receive'): Gate {
  world.remote.hook(repository.name, hook, stopVerdicts);
  return {
    reached: () =>
      until(`the lowering to reach ${hook}`, () => existsSync(join(repository.bare, 'here')) || undefined).then(() => undefined),
    open: () => writeFileSync(join(repository.bare, 'go'), ''),
  };
}

/** Until the bot, in whichever process, has asked the registry often enough to have decided twice more about the one Application. */
async function twoMorePolls(): Promise<void> {
  const asked = () => world.registry.requests.get('GET tags') ?? 0;
  const before = asked();
  await until('two more polls of the registry', () => asked() >= before + 3 || not(asked()));
}

/** Everything that has to hold in the end, whatever happened on the way (invariants 1 to 4). */
async function settledOnce(app: string, repository: Repository): Promise<void> {
  await stage.promoted(app, '1.0.0');
  const runs = await until('the run to be let go', async () => {
    const all = await world.api.list(runsPath(app));
    const waiting = all.filter((run) => JSON.stringify(field(run, 'metadata.finalizers') ?? []).includes('windlass.dev/unsettled'));
    const failed = all.filter((run) => textAt(run, 'status.phase') === 'Failed');
    return waiting.length === 0 && failed.length === 1 ? failed : not(all);
  });
  await twoMorePolls();
  const log = await repository.log();
  const settling = log.filter((commit: LoggedCommit) => commit.trailer('Windlass-Verdict') === textAt(runs[0], 'metadata.uid'));
  expect(settling).toHaveLength(1);
  expect(log.map(({ subject }) => subject)).toEqual([
    `build: take team/${app} back to 1.0.0, hold team/${app}:1.1.0`,
    `build: automatic update of ${app}`,
    'Begin',
  ]);
  expect((await repository.file(holdsFile))?.match(/verdict:/g)).toHaveLength(1);
  expect(listAt(runs[0], 'metadata.finalizers')).toEqual([]);
}

/** A canary that will fail as soon as the bot raises the tag. */
async function failing(app: string): Promise<Repository> {
  const { repository } = await stage.canary(app, '1.0.0');
  stage.measure(app, 0.3);
  return repository;
}

describe('a crash after the analysis failed', () => {
  it.each([
    ['before the branch took the push', 'sierra', 'pre-receive'],
    ['after the branch took the push and before the answer', 'tango', 'post-receive'],
  ] as const)('%s leaves exactly one commit with the verdict', async (_, app, hook) => {
    await world.service.start();
    const repository = await failing(app);
    const gate = stopAt(repository, hook);
    await world.push(`team/${app}`, '1.1.0');
    await gate.reached();
    world.service.crash();
    await world.service.start();
    gate.open();
    await settledOnce(app, repository);
    await world.service.stop();
  });

  it('while the repository refuses the lowering leaves the verdict waiting, and it is settled when the way is free', async () => {
    await world.service.start();
    const repository = await failing('uniform');
    world.remote.hook(
      'uniform',
      'pre-receive',
      'while read old new ref; do git log -1 --format=%B "$new" | grep -q "^Windlass-Verdict:" && { echo "a freeze is on" >&2; exit 1; }; done; exit 0',
    );
    await world.push('team/uniform', '1.1.0');
    expect(await stage.condition('uniform', 'VerdictPending')).toMatch(
      /^the canary of team\/uniform:1\.1\.0 .* failed: .*: .* refuses the push to main: a freeze is on \(pre-receive hook declined\)$/,
    );
    await stage.kept('uniform');
    world.service.crash();
    const [run] = await world.api.list(runsPath('uniform'));
    expect(field(run, 'metadata.finalizers')).toEqual(['windlass.dev/unsettled']);
    world.remote.hook('uniform', 'pre-receive', undefined);
    await world.service.start();
    await settledOnce('uniform', repository);
    await world.service.stop();
  });

  it('by SIGKILL in the middle of the push leaves exactly one commit with the verdict, on the same state folder', async () => {
    const settings = await world.settingsFile();
    const kill = await spawnService(settings);
    const repository = await failing('victor');
    const gate = stopAt(repository, 'pre-receive');
    await world.push('team/victor', '1.1.0');
    await gate.reached();
    await kill();
    const killAgain = await spawnService(settings);
    gate.open();
    try {
      await settledOnce('victor', repository);
    } finally {
      await killAgain();
    }
  });
});
