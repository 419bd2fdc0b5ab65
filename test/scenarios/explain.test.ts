import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Explanation } from '../../src/reconcile/explain/record.ts';
import { play } from '../cli/play.ts';
import type { Stage } from './stage.ts';
import { createStage } from './stage.ts';
import { until } from './until.ts';
import type { World } from './world.ts';
import { patienceMs, startWorld } from './world.ts';

vi.setConfig({ testTimeout: patienceMs });

let world: World;
let stage: Stage;
let image: string;
let folder: string;
let settings: string;
const prefix = 'argocd-image-updater.argoproj.io';

beforeAll(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), 'windlass-explain-'));
  settings = await world.settingsFile();
  stage = createStage(world);
  await world.service.start();
  const absent = world.image('team/elsewhere');
  ({ image } = await stage.plain('mike', '1.0.0', {
    [`${prefix}/image-list`]: `web=${world.image('team/mike')}:^1, other=${absent}`,
    [`${prefix}/web.ignore-tags`]: '*-rc',
  }));
  for (const tag of ['0.9.0', '1.1.0-rc', '2.0.0', 'latest']) await world.push('team/mike', tag);
  await world.push('team/elsewhere', '1.0.0');
  await stage.decided('mike');
  await until('the pod to run', async () => ((await explain('-o', 'json')).stdout.includes('"pods": 1') ? true : undefined));
}, patienceMs);
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const explain = (...options: readonly string[]) => play(folder, ['explain', 'mike', '--settings', settings, ...options]);

describe('explain', () => {
  it('-o json is the documented record, without a field more', async () => {
    const { stdout, status } = await explain('-o', 'json');
    const told: unknown = JSON.parse(stdout);
    expect(status).toBe(0);
    const record = Explanation.parse(told);
    expect(record).toEqual(told);
    expect(record).toMatchObject({ apiVersion: 'windlass.dev/explanation/v1', application: 'argocd/mike', kind: 'managed' });
    const [web, other] = record.images;
    expect(web).toMatchObject({
      image,
      alias: 'web',
      asks: 'semver; constraint ^1; ignore-tags *-rc',
      git: { tag: '1.0.0' },
      running: { live: 'yes', found: [{ tag: '1.0.0', pods: 1, by: 'Deployment mike/mike' }] },
      choice: { kind: 'keep', because: `1.0.0 in Git is the newest tag of ${image} that satisfies ^1` },
      changes: [
        'push a tag above 1.0.0 that satisfies ^1 and matches none of *-rc',
        'widen the constraint ^1: 2.0.0 is listed and does not satisfy it',
      ],
      registry: { tags: 5, complete: true },
    });
    expect(web?.rules.map(({ verdict, examples, because }) => [verdict, examples, because])).toEqual(
      expect.arrayContaining([
        ['chosen', ['1.0.0'], '1.0.0 is what Git has'],
        ['dropped', ['2.0.0', '0.9.0'], '<tag> does not satisfy ^1'],
        ['dropped', ['1.1.0-rc'], '1.1.0-rc matches *-rc in ignore-tags'],
        ['dropped', ['latest'], 'latest is no version'],
      ]),
    );
    expect(other).toMatchObject({ running: { live: 'no', found: [] } });
    expect(other?.running.because).toContain(`elsewhere is not live: the Application renders ${image}`);
  });

  it('is shortened into a condition of the Application, where an image is not live', async () => {
    expect(await stage.condition('mike', 'ImageNotLive')).toContain(
      `elsewhere is not live: the Application renders ${image}:1.0.0; it is not raised`,
    );
  });

  it('as text has a row for each rule, and with --all one for each tag', async () => {
    const [grouped, each] = [await explain(), await explain('--all')];
    expect(grouped.stdout).toMatch(/^ {2}dropped +2 +2\.0\.0, 0\.9\.0 +<tag> does not satisfy \^1$/m);
    expect(grouped.stdout).toMatch(/^ {2}runs +1\.0\.0@sha256:\w+ in 1 pod of Deployment mike\/mike$/m);
    expect(grouped.stdout).toMatch(/^ {2}not live +\S+elsewhere is not live: /m);
    expect(grouped.stdout).toContain('or            widen the constraint ^1: 2.0.0 is listed and does not satisfy it');
    expect(each.stdout).toMatch(/^ {2}0\.9\.0 +dropped +0\.9\.0 does not satisfy \^1$/m);
  });

  it('of an Application that cannot be written back yet says what it asks for and what runs all the same', async () => {
    const app = 'november';
    await stage.plain(app, '1.0.0', { 'write-back-method': 'argocd' });
    const told = (...more: readonly string[]) => play(folder, ['explain', app, '--settings', settings, ...more]);
    await until('its pod to run', async () => ((await told('-o', 'json')).stdout.includes('"pods": 1') ? true : undefined));
    const { images, kind } = Explanation.parse(JSON.parse((await told('-o', 'json')).stdout));
    expect(kind).toBe('refused');
    expect(images).toMatchObject([
      {
        asks: expect.stringContaining('semver') as string,
        running: { live: 'yes', found: [{ tag: '1.0.0', pods: 1, by: `Deployment ${app}/${app}` }] },
        choice: { kind: 'refused', because: expect.stringMatching(/write-back-method "argocd".*nothing is written$/) as string },
        changes: ['set write-back-method: git'],
      },
    ]);
    const { stdout } = await told();
    expect(stdout).toContain('the tags are not known: the choice says why');
    expect(stdout).not.toContain('Git says');
  });

  it('of an Application without write-back annotations says what the default is, and all that must be set', async () => {
    const app = 'oscar';
    await stage.plain(app, '1.0.0', { 'write-back-method': undefined, 'write-back-target': undefined });
    const { stdout } = await play(folder, ['explain', app, '--settings', settings]);
    expect(stdout).toContain('refused: without a write-back-method the default counts, argocd, which this version does not write;');
    expect(stdout).toMatch(/^ {2}to change it +set write-back-method: git, and set write-back-target: kustomization \(or /m);
    await stage.condition(app, 'WriteBackNotSupported');
    const refusals = world.service.log().filter((line) => line['msg'] === 'application refused' && line['application'] === `argocd/${app}`);
    expect(refusals).toHaveLength(1);
  });

  it('of a registry that asks for a rest says until when, and not that there are no tags', async () => {
    world.registry.setFaults([{ path: /team\/mike\/tags\/list/, status: 429, headers: { 'retry-after': '3000' } }]);
    const { stdout, status } = await explain('-o', 'json');
    const text = (await explain()).stdout;
    world.registry.setFaults([]);
    expect(status).toBe(0);
    const [web] = Explanation.parse(JSON.parse(stdout)).images;
    expect(web?.choice.kind).toBe('undecided');
    expect(web?.budget?.because).toContain('asked us to wait');
    expect(web?.changes).toEqual([`wait until ${web?.budget?.until ?? ''}: then the registry is asked again`]);
    expect(text).toContain('the tags are not known: the choice says why');
    expect(text).not.toContain('no tags');
  });
});
