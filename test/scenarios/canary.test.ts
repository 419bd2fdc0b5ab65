import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { field, listAt, rolloutPath, runsPath, textAt } from './api.ts';
import { holdsFile, overlay } from './manifests.ts';
import { replaced } from './repository.ts';
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
  await world.service.start();
});
afterEach(() => world.removeApplications());
afterAll(() => world.close());

/** Until the canary of the template that holds the text is paused. */
async function paused(app: string, text: string): Promise<void> {
  await until(`the canary with ${text} to pause`, async () => {
    const rollout = await world.api.get(rolloutPath(app));
    const seen =
      textAt(rollout, 'status.phase') === 'Paused' &&
      field(rollout, 'metadata.generation') === Number(textAt(rollout, 'status.observedGeneration'));
    return seen && JSON.stringify(field(rollout, 'spec.template')).includes(text) ? true : not(rollout?.['status']);
  });
}

describe('a canary that fails', () => {
  it('is taken out of Git by one commit, stays out under any tag, and comes back once a person lifts the hold', async () => {
    const { app, repository, image } = await stage.canary('oscar', '1.0.0');
    const proven = await world.push('team/oscar', '1.0.0');
    stage.measure(app, 0.3);
    const bad = await world.push('team/oscar', '1.1.0');
    await stage.writes(repository, '1.1.0');
    const lowering = await stage.writes(repository, '1.0.0');
    const [run] = await world.api.list(runsPath(app));
    expect(lowering.subject).toBe('build: take team/oscar back to 1.0.0, hold team/oscar:1.1.0');
    expect(lowering.trailer('Windlass-Application')).toBe('argocd/oscar');
    expect(lowering.trailer('Windlass-Image')).toBe(`${image}:1.0.0`);
    expect(lowering.trailer('Windlass-Digest')).toBe(proven);
    expect(lowering.trailer('Windlass-Verdict')).toBe(textAt(run, 'metadata.uid'));
    expect(lowering.trailer('Windlass-Reason')).toBe(
      `the canary of team/oscar:1.1.0 (Rollout oscar/oscar, cluster in-cluster) failed: error-ratio was 0.3, against successCondition result[0] < 0.05. team/oscar goes back from 1.1.0 to 1.0.0, which ran as stable.`,
    );
    expect(await repository.git('diff', '--name-only', 'main~1', 'main')).toBe(`${holdsFile}\noverlay/kustomization.yaml`);
    const holds = await repository.file(holdsFile);
    expect(holds).toContain(bad);
    expect(await stage.event(app, 'ImageLowered')).toBe(`${lowering.sha.slice(0, 8)}: ${lowering.trailer('Windlass-Reason') ?? ''}`);
    await stage.promoted(app, '1.0.0');
    expect(await stage.condition(app, 'ImageHeld')).toMatch(
      new RegExp(`^${image}: 1\\.0\\.0 stays: 1\\.1\\.0 is held at this place since `),
    );

    await world.retag('team/oscar', '1.1.0', '1.2.0');
    await until('the condition to name 1.2.0', async () => {
      const message = await world.api.condition(app, 'ImageHeld');
      return message?.includes(`1.2.0 has the digest ${bad} that is held`) === true ? true : not(message);
    });
    expect((await repository.log()).map(({ sha }) => sha)[0]).toBe(lowering.sha);

    stage.measure(app, 0.01);
    await repository.commit('Lift the hold', { [holdsFile]: 'holds: []\n' });
    await stage.writes(repository, '1.2.0');
    await stage.promoted(app, '1.2.0');
    await stage.twoMoreDecisions(app);
    const log = await repository.log();
    expect(log.map(({ author }) => author.split(' ')[0])).toEqual(['windlass', 'Robin', 'windlass', 'windlass', 'Robin']);
    expect(log.filter((commit) => commit.trailer('Windlass-Verdict') !== undefined)).toHaveLength(1);
    await until('every run to be let go', async () => {
      const finalizers = (await world.api.list(runsPath(app))).flatMap((one) => listAt(one, 'metadata.finalizers'));
      return finalizers.length === 0 ? true : not(finalizers);
    });
    await stage.noConditions(app);
  });
});

describe('a canary that could not be measured', () => {
  it('never changes Git, says so, and ends well when the metrics are back', async () => {
    const annotations = { 'windlass.dev/on-error': 'retry', 'windlass.dev/on-error-retry-after': '200ms' };
    const { app, repository } = await stage.canary('papa', '1.0.0', { annotations });
    stage.measure(app, { status: 500 });
    await world.push('team/papa', '1.1.0');
    const raise = await stage.writes(repository, '1.1.0');
    expect(await stage.condition(app, 'CanaryNotJudged')).toMatch(
      /^the canary of team\/papa:1\.1\.0 \(Rollout papa\/papa, cluster in-cluster\) could not be measured: .* answered 500.*\. Git stays as it is; all traffic is on stable$/,
    );
    await stage.twoMoreDecisions(app);
    expect(await repository.head()).toBe(raise.sha);
    stage.measure(app, 0.01);
    await stage.promoted(app, '1.1.0');
    await stage.twoMoreDecisions(app);
    expect(await repository.head()).toBe(raise.sha);
    expect(await repository.file(holdsFile)).toBeUndefined();
    await stage.noConditions(app);
  });

  it('is no verdict where a measurement has no number', async () => {
    const { app, repository } = await stage.canary('quebec', '1.0.0');
    stage.measure(app, Number.NaN);
    await world.push('team/quebec', '1.1.0');
    const raise = await stage.writes(repository, '1.1.0');
    expect(await stage.condition(app, 'CanaryNotJudged')).toMatch(/failed without enough data to judge the image/);
    await stage.twoMoreDecisions(app);
    expect(await repository.head()).toBe(raise.sha);
  });
});

describe("a person's abort", () => {
  it('lowers Git with a hold in the name of the person, until something newer appears', async () => {
    const { app, repository } = await stage.canary('romeo', '1.0.0', { steps: ['- pause: {}'] });
    await world.push('team/romeo', '1.1.0');
    await stage.writes(repository, '1.1.0');
    await paused(app, ':1.1.0');
    await world.api.patch(`${rolloutPath(app)}/status`, { status: { abort: true } });
    const lowering = await stage.writes(repository, '1.0.0');
    const rollout = await world.api.get(rolloutPath(app));
    expect(lowering.trailer('Windlass-Verdict')).toMatch(new RegExp(`^${textAt(rollout, 'metadata.uid')}/`));
    expect(lowering.trailer('Windlass-Reason')).toMatch(/^a person.* aborted the canary of team\/romeo:1\.1\.0/);
    expect(await repository.file(holdsFile)).toMatch(/by: person/);
    await stage.promoted(app, '1.0.0');
    await stage.twoMoreDecisions(app);
    expect(await repository.head()).toBe(lowering.sha);
    await world.push('team/romeo', '1.2.0');
    await stage.writes(repository, '1.2.0');
  });
});

describe('a canary with more than one possible cause', () => {
  it('is held, and its lowering is proposed on a branch: Git keeps what a person changed', async () => {
    const steps = ['- pause: {}', '- analysis:', '    templates:', '      - templateName: error-ratio'];
    const { app, repository } = await stage.canary('whiskey', '1.0.0', { steps });
    stage.measure(app, 0.3);
    await world.push('team/whiskey', '1.1.0');
    await stage.writes(repository, '1.1.0');
    await paused(app, ':1.1.0');
    const rollout = 'overlay/rollout.yaml';
    await repository.commit('Log more', await replaced(repository, rollout, '- name: web', '- name: web\n          args: [--verbose]'));
    await paused(app, '--verbose');
    await world.api.patch(`${rolloutPath(app)}/status`, { status: { pauseConditions: null } });
    const proposal = await stage.event(app, 'LoweringProposed');
    const held = await until('the hold', async () => {
      const [newest] = await repository.log();
      return newest?.trailer('Windlass-Verdict') === undefined ? not(newest) : newest;
    });
    expect(held.trailer('Windlass-Place')).toBeUndefined();
    expect(await repository.file(holdsFile)).toMatch(/suspected: "?true/);
    expect(await repository.file(overlay)).toContain('newTag: "1.1.0"');
    const branch = /^branch (windlass\/lower-\S+) proposes it: /.exec(proposal)?.[1] ?? '';
    expect(proposal).toMatch(/Not done alone, because more than container images changed since the last healthy revision: .*args/);
    expect(await repository.file(overlay, branch)).toContain('newTag: "1.0.0"');
    expect(await repository.file(rollout, branch)).toContain('--verbose');
    await stage.twoMoreDecisions(app);
    expect(await repository.head()).toBe(held.sha);
  });
});
