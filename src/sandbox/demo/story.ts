import type { Stage } from './stage.ts';
import type { Seen } from './sight.ts';
import { createSight } from './sight.ts';

export type Times = { readonly [name: string]: number };

/** Milliseconds of each thing that the table at the end shows. */
export type Story = { readonly times: Times };

/** Tells the seven steps, checking each in the servers. A step that was not observed is a failed check; the story goes on. */
export async function tellStory(stage: Stage): Promise<Story> {
  const sight = await createSight(stage);
  const times: Record<string, number> = {};
  await olderVersionRuns(stage, sight);
  await goodPatch(stage, sight, times);
  await badMinor(stage, sight, times);
  await heldStaysOut(stage, sight);
  await fixedVersion(stage, sight);
  await personReverts(stage, sight);
  await metricsGoAway(stage, sight);
  return { times };
}

type Sight = Awaited<ReturnType<typeof createSight>>;

async function olderVersionRuns({ narrator, cast }: Stage, sight: Sight): Promise<void> {
  narrator.chapter(`1. ${cast.app} runs ${cast.versions.first}`);
  const running = await sight.promoted(cast.versions.first, 'the first version to run');
  narrator.check(
    running !== undefined,
    `${cast.app} runs ${cast.versions.first}: ${running?.ready ?? 0} of 5 pods ready, Application Synced and Healthy`,
    running?.because,
  );
}

async function goodPatch({ narrator, cast, push }: Stage, sight: Sight, times: Record<string, number>): Promise<void> {
  const { patch, first } = cast.versions;
  narrator.chapter(`2. A good patch, ${patch}, is pushed`);
  const before = await sight.commits();
  const pushedAt = performance.now();
  await push(patch, 'good');
  const commit = await sight.commitThatWrites(patch);
  if (commit !== undefined) times['push to commit'] = commit.at - pushedAt;
  narrator.check(
    commit?.author.startsWith('windlass ') === true,
    `the bot commits ${patch} as ${commit?.author ?? 'nobody'}`,
    commit?.reason,
  );
  narrator.check(
    await sight.changedOneScalar(before.head, first, patch),
    'the commit changed one tag in kustomization.yaml and no other byte',
  );
  const applied = await sight.applied(patch);
  if (applied !== undefined && commit !== undefined) times['commit to applied'] = applied.at - commit.at;
  narrator.check(applied !== undefined, `the Rollout in the cluster asks for ${patch}`, applied?.because);
  const steps = await sight.canarySteps();
  narrator.check(steps.analysed, 'the canary ran at 20 %, was measured and judged Successful', steps.because);
  const promoted = await sight.promoted(patch, `${patch} to be promoted`);
  narrator.check(promoted !== undefined, `${patch} is promoted: all 5 pods run it`, promoted?.because);
}

async function badMinor({ narrator, cast, push }: Stage, sight: Sight, times: Record<string, number>): Promise<void> {
  const { bad, patch } = cast.versions;
  narrator.chapter(`3. A minor version, ${bad}, is pushed; it answers ${Math.round(cast.badRatio * 100)} % of requests with errors`);
  const before = await sight.commits();
  await push(bad, 'bad');
  narrator.check((await sight.commitThatWrites(bad)) !== undefined, `the bot commits ${bad}`);
  const failed = await sight.failedRun();
  narrator.check(failed !== undefined, 'the analysis fails', failed?.because);
  const stable = await sight.allOnStable(patch);
  if (failed !== undefined && stable !== undefined) times['failed measurement to stable'] = stable.at - failed.at;
  narrator.check(stable !== undefined, `all ${stable?.ready ?? 0} pods are back on ${patch}`, stable?.because);
  const hold = await sight.commitThatWrites(patch);
  if (failed !== undefined && hold !== undefined) times['failed measurement to the commit that holds'] = hold.at - failed.at;
  narrator.check(hold !== undefined, `Git is back on ${patch}, the last proven tag`, hold?.reason);
  const after = await sight.commits();
  narrator.check(
    after.count - before.count === 2,
    `one commit raised and one commit took it back: ${after.count - before.count} new commits`,
  );
  const holds = await sight.holds();
  narrator.check(
    holds.includes(bad),
    '.windlass/holds.yaml, in the same commit, records what must not come back',
    `verdict ${hold?.verdict ?? 'missing'}`,
  );
}

async function heldStaysOut({ narrator, cast, retag }: Stage, sight: Sight): Promise<void> {
  const { bad, badAgain } = cast.versions;
  narrator.chapter(`4. ${bad} is still the newest tag; then its digest comes again as ${badAgain.join(' and ')}`);
  const before = await sight.commits();
  await sight.twoMorePolls();
  const first = await sight.explained(bad);
  narrator.check(
    (await sight.commits()).head === before.head && first?.verdict === 'held',
    `two polls later nothing was written; explain says of ${bad}:`,
    first?.because,
  );
  for (const tag of badAgain) await retag(bad, tag);
  await sight.twoMorePolls();
  const seen = new Set((await sight.tags()).filter((tag) => badAgain.includes(tag)));
  narrator.check(seen.size === 2 && (await sight.commits()).head === before.head, 'the registry lists both, and neither was written');
  for (const tag of badAgain) {
    const told = await sight.explained(tag);
    narrator.check(told?.verdict === 'held', `explain says of ${tag}:`, told?.because);
  }
}

async function fixedVersion({ narrator, cast, push }: Stage, sight: Sight): Promise<void> {
  const { fixed } = cast.versions;
  narrator.chapter(`5. A fixed version, ${fixed}, is pushed`);
  await push(fixed, 'good');
  const commit = await sight.commitThatWrites(fixed);
  narrator.check(commit !== undefined, `the bot commits ${fixed}`, commit?.reason);
  const promoted = await sight.promoted(fixed, `${fixed} to be promoted`);
  narrator.check(promoted !== undefined, `${fixed} is promoted: all 5 pods run it`, promoted?.because);
}

async function personReverts({ narrator, cast, revert }: Stage, sight: Sight): Promise<void> {
  const { fixed, patch } = cast.versions;
  narrator.chapter("6. A person reverts the bot's last commit in Git");
  await revert();
  const before = await sight.commits();
  narrator.event(`git revert: the tag is ${patch} again`);
  const back = await sight.promoted(patch, `${patch} to run again`);
  narrator.check(back !== undefined, `the cluster follows Git back to ${patch}`, back?.because);
  await sight.twoMorePolls();
  const told = await sight.explainedPlace();
  const untouched = (await sight.commits()).head === before.head;
  narrator.check(
    untouched && told.kind === 'keep',
    `the bot leaves it alone, though ${fixed} is in the registry, and says so:`,
    told.because,
  );
}

async function metricsGoAway({ narrator, cast, push, metrics }: Stage, sight: Sight): Promise<void> {
  const { last } = cast.versions;
  narrator.chapter('7. The metrics endpoint goes away during a canary');
  await push(last, 'good');
  const commit = await sight.commitThatWrites(last);
  narrator.check(commit !== undefined, `something newer than what the person took back, ${last}, is written`, commit?.reason);
  const begun = await sight.canaryBegun(last);
  await metrics.pause();
  narrator.event('the metrics endpoint refuses connections', begun?.because);
  const waiting = await sight.waitsOnStable();
  narrator.check(waiting !== undefined, 'the canary waits: all pods are on stable', waiting?.because);
  const held: Seen | undefined = await sight.unchangedHead(commit?.sha ?? '');
  narrator.check(held !== undefined, 'no lowering: Git is where it was', held?.because);
  await metrics.resume();
  narrator.event('the metrics endpoint is back');
  const promoted = await sight.promoted(last, `${last} to be promoted`);
  narrator.check(promoted !== undefined, `the canary ends well: ${last} is promoted`, promoted?.because);
  narrator.check((await sight.commits()).head === commit?.sha, 'Git needed no further commit');
}
