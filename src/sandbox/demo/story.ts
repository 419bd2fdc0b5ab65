import type { Stage } from './stage.ts';
import {
  allOnStable,
  analysed,
  applied,
  canaryBegun,
  explained,
  explainedPlace,
  promoted,
  twoMorePolls,
  unjudged,
  waitsOnStable,
} from './sight-cluster.ts';
import type { SeenCommit } from './sight-git.ts';
import { changedOneScalar, commits, commitThatWrites, sameCommitHolds } from './sight-git.ts';

export type Times = { readonly [name: string]: number };

/** Milliseconds of each thing that the table at the end shows. */
export type Story = { readonly times: Times };

/** Tells the seven steps, checking each in the servers. A step that was not observed is a failed check; the story goes on. */
export async function tellStory(stage: Stage): Promise<Story> {
  const times: Record<string, number> = {};
  await olderVersionRuns(stage);
  await goodPatch(stage, times);
  await badMinor(stage, times);
  await heldStaysOut(stage);
  await fixedVersion(stage);
  await personReverts(stage);
  await metricsGoAway(stage);
  return { times };
}

function note(times: Record<string, number>, name: string, from: number | undefined, to: number | undefined): void {
  if (from !== undefined && to !== undefined) times[name] = to - from;
}

async function olderVersionRuns(stage: Stage): Promise<void> {
  const { narrator, cast } = stage;
  narrator.chapter(`1. ${cast.app} runs ${cast.versions.first}`);
  const running = await promoted(stage, cast.versions.first, 'the first version to run');
  narrator.saw(running, `${cast.app} runs ${cast.versions.first}: ${running?.ready ?? 0} of 5 pods ready, Application Synced and Healthy`);
}

function isBots(commit: SeenCommit | undefined): boolean {
  return commit?.author === 'windlass <windlass@noreply.windlass.dev>';
}

async function goodPatch(stage: Stage, times: Record<string, number>): Promise<void> {
  const { narrator, cast } = stage;
  const { patch, first } = cast.versions;
  narrator.chapter(`2. A good patch, ${patch}, is pushed`);
  const before = await commits(stage);
  const pushedAt = performance.now();
  await stage.push(patch, 'good');
  const commit = await commitThatWrites(stage, patch);
  note(times, 'push to commit', pushedAt, commit?.at);
  narrator.check(isBots(commit), `the bot commits ${patch} as windlass <windlass@noreply.windlass.dev>`, commit?.reason);
  narrator.check(
    await changedOneScalar(stage, before.head, { from: first, to: patch }),
    'the commit changed one tag in kustomization.yaml and no other byte',
  );
  const synced = await applied(stage, patch);
  note(times, 'commit to applied', commit?.at, synced?.at);
  narrator.saw(synced, `the Rollout in the cluster asks for ${patch}`);
  const judged = await analysed(stage, 'Successful');
  narrator.saw(judged, 'the canary ran at 20 %, was measured and judged Successful');
  const healthy = await promoted(stage, patch, `${patch} to be promoted`);
  narrator.saw(healthy, `${patch} is promoted: all 5 pods run it`);
}

async function badMinor(stage: Stage, times: Record<string, number>): Promise<void> {
  const { narrator, cast } = stage;
  const { bad, patch } = cast.versions;
  narrator.chapter(`3. A minor version, ${bad}, is pushed; it answers ${Math.round(cast.badRatio * 100)} % of requests with errors`);
  const before = await commits(stage);
  await stage.push(bad, 'bad');
  narrator.check((await commitThatWrites(stage, bad)) !== undefined, `the bot commits ${bad}`);
  const failed = await analysed(stage, 'Failed');
  narrator.saw(failed, 'the analysis fails');
  const stable = await allOnStable(stage, patch);
  note(times, 'failed measurement to stable', failed?.at, stable?.at);
  narrator.saw(stable, `all ${stable?.ready ?? 0} pods are back on ${patch}`);
  const hold = await commitThatWrites(stage, patch);
  note(times, 'failed measurement to the commit that holds', failed?.at, hold?.at);
  narrator.check(hold !== undefined, `Git is back on ${patch}, the last proven tag`, hold?.reason);
  const after = await commits(stage);
  narrator.check(
    after.count - before.count === 2,
    `one commit raised and one commit took it back: ${after.count - before.count} new commits`,
  );
  narrator.check(
    await sameCommitHolds(stage, bad),
    '.windlass/holds.yaml, in the same commit, records what must not come back',
    verdictText(hold),
  );
}

function verdictText(commit: SeenCommit | undefined): string {
  return commit === undefined ? 'there is no such commit' : `verdict ${commit.verdict}`;
}

async function heldStaysOut(stage: Stage): Promise<void> {
  const { narrator, cast } = stage;
  const { bad, badAgain } = cast.versions;
  narrator.chapter(`4. ${bad} is still the newest tag; then its digest comes again as ${badAgain.join(' and ')}`);
  const before = await commits(stage);
  await twoMorePolls(stage);
  const first = await explained(stage, bad);
  narrator.check(
    (await commits(stage)).head === before.head && first?.verdict === 'held',
    `two polls later nothing was written; explain says of ${bad}:`,
    first?.because,
  );
  for (const tag of badAgain) await stage.retag(bad, tag);
  await twoMorePolls(stage);
  const seen = new Set((await stage.observer.tags()).filter((tag) => badAgain.includes(tag)));
  narrator.check(seen.size === 2 && (await commits(stage)).head === before.head, 'the registry lists both, and neither was written');
  for (const tag of badAgain) {
    const told = await explained(stage, tag);
    narrator.check(told?.verdict === 'held', `explain says of ${tag}:`, told?.because);
  }
}

async function fixedVersion(stage: Stage): Promise<void> {
  const { narrator, cast } = stage;
  const { fixed } = cast.versions;
  narrator.chapter(`5. A fixed version, ${fixed}, is pushed`);
  await stage.push(fixed, 'good');
  const commit = await commitThatWrites(stage, fixed);
  narrator.check(commit !== undefined, `the bot commits ${fixed}`, commit?.reason);
  const healthy = await promoted(stage, fixed, `${fixed} to be promoted`);
  narrator.saw(healthy, `${fixed} is promoted: all 5 pods run it`);
}

async function personReverts(stage: Stage): Promise<void> {
  const { narrator, cast } = stage;
  const { fixed, patch } = cast.versions;
  narrator.chapter("6. A person reverts the bot's last commit in Git");
  await stage.revert();
  const before = await commits(stage);
  narrator.event(`git revert: the tag is ${patch} again`);
  const back = await promoted(stage, patch, `${patch} to run again`);
  narrator.saw(back, `the cluster follows Git back to ${patch}`);
  await twoMorePolls(stage);
  const told = await explainedPlace(stage);
  const untouched = (await commits(stage)).head === before.head;
  narrator.check(
    untouched && told.kind === 'keep',
    `the bot leaves it alone, though ${fixed} is in the registry, and says so:`,
    told.because,
  );
}

async function metricsGoAway(stage: Stage): Promise<void> {
  const { narrator, cast } = stage;
  const { last } = cast.versions;
  narrator.chapter('7. The metrics endpoint goes away during a canary');
  await stage.push(last, 'good');
  const commit = await commitThatWrites(stage, last);
  narrator.check(commit !== undefined, `something newer than what the person took back, ${last}, is written`, commit?.reason);
  const begun = await canaryBegun(stage, last);
  await stage.metrics.pause();
  narrator.event('the metrics endpoint refuses connections', begun?.because);
  const waiting = await waitsOnStable(stage);
  narrator.saw(waiting, 'the canary waits: all pods are on stable');
  const held = await unjudged(stage, commit?.sha ?? '');
  narrator.saw(held, 'no lowering: Git is where it was');
  await stage.metrics.resume();
  narrator.event('the metrics endpoint is back');
  const healthy = await promoted(stage, last, `${last} to be promoted`);
  narrator.saw(healthy, `the canary ends well: ${last} is promoted`);
  narrator.check((await commits(stage)).head === commit?.sha, 'Git needed no further commit');
}
