import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { trailer } from '../../src/kernel/trailers.ts';
import type { Records } from './record.ts';
import type { ModelCommit } from './repository.ts';
import { verdictsOf } from './repository.ts';
import { check, play } from './run.ts';

const steps = 60;
/** 209: the answer to a scaling is lost, and the watches are silent. 90000361: an abort while the stable image is gone and pods of it lack. 810000257: what a person took down is taken out and put back. */
const fixed = [...Array.from({ length: 24 }, (_, index) => index + 1), 209, 90_000_361, 810_000_257];
/** One that is new with each commit, so that a run can be repeated; `SIMULATION_SEED=<seed>` plays any other. */
const fresh = Number(process.env['SIMULATION_SEED'] ?? seedOfCommit());

function seedOfCommit(): number {
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', cwd: import.meta.dirname });
  return Number.parseInt(`0${stdout.slice(0, 7)}`, 16);
}

describe('a world in which anything happens', () => {
  it.each([...fixed, fresh])('keeps every invariant with seed %i', async (seed) => {
    const { broken, story } = await play(seed, steps);
    expect(broken, story.join('\n')).toEqual([]);
  });

  it('is the same again with the same seed', async () => {
    const [first, second] = [await play(7, steps), await play(7, steps)];
    expect(second.story).toEqual(first.story);
    expect(second.records.commits.map(({ sha }) => sha)).toEqual(first.records.commits.map(({ sha }) => sha));
  });
});

describe('the invariants', () => {
  let records: Records;
  /** The first story in which canaries failed and were answered; that there is one is a test of its own below. */
  beforeAll(async () => {
    for (const seed of fixed) {
      ({ records } = await play(seed, steps));
      if (records.commits.some(lowering) && records.findings.filter(({ kind }) => kind === 'failed').length > 1) return;
    }
  });

  const change = (alter: (commit: ModelCommit) => ModelCommit, which: (commit: ModelCommit) => boolean): Records => {
    const at = records.commits.findIndex(which);
    return { ...records, commits: records.commits.map((commit, index) => (index === at ? alter(commit) : commit)) };
  };
  const ours = (commit: ModelCommit): boolean => commit.witness !== undefined;
  const lowering = (commit: ModelCommit): boolean => ours(commit) && commit.subject.includes('take ');
  const raising = (commit: ModelCommit): boolean => ours(commit) && verdictsOf(commit).length === 0;
  const without = (name: string) => (commit: ModelCommit) => ({ ...commit, trailers: commit.trailers.filter(([key]) => key !== name) });
  const written = (commit: ModelCommit, text: (before: string, path: string) => string): ModelCommit => ({
    ...commit,
    files: new Map([...commit.files].map(([path, before]) => [path, text(before, path)])),
  });

  it('hold of what was recorded, in which canaries failed', () => {
    expect(check(records)).toEqual([]);
    expect(records.commits.filter(lowering).length).toBeGreaterThan(0);
    expect(records.findings.filter(({ kind }) => kind === 'failed').length).toBeGreaterThan(1);
  });

  it.each<[number, string, () => Records]>([
    [1, 'a lowering without a verdict', () => change(without(trailer.verdict), lowering)],
    [2, 'a lowering to what never ran', () => ({ ...records, stable: new Set() })],
    [3, 'a verdict settled twice', () => ({ ...records, commits: [...records.commits, ...records.commits.filter(lowering)] })],
    [9, 'a push on another head', () => change((commit) => ({ ...commit, witness: { base: 'a', headThen: 'b' } }), ours)],
    [10, "a person's commit that is gone", () => ({ ...records, foreign: [...records.foreign, 'f'.repeat(40)] })],
    [10, 'a byte outside the tag', () => change((commit) => written(commit, (before) => before.replace('by hand', 'by bot')), raising)],
    [13, 'a verdict that no run came to', () => ({ ...records, findings: [] })],
    [16, 'a tag that no complete listing had', () => ({ ...records, listed: new Set() })],
    [25, 'an aborted canary that grows', () => ({ ...records, replicas: ['shop: it grows'] })],
    [30, 'a commit without a reason', () => change(without(trailer.reason), ours)],
  ])('see a break of %i: %s', (number, _, broken) => {
    expect(check(broken()).join('\n')).toContain(`invariant ${number} `);
  });
});
