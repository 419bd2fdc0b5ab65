import fc from 'fast-check';
import { validate } from 'node-cron';
import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../src/policy/schedule.ts';
import { readWatches } from '../../src/policy/annotations.ts';
import { application } from './question.ts';

const app = application('shop');

function read(keys: Readonly<Record<string, string>>) {
  return readWatches(app, { 'windlass.dev/image-list': 'web=nginx:~1, db=postgres', ...keys });
}

/** The watch of `web`, or the problems in its place. */
function webOf(keys: Readonly<Record<string, string>>) {
  const wishes = read(keys);
  return wishes.kind === 'watched' ? wishes.watches[0] : wishes;
}

const noSchedules = [
  ...['', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8', '5-1 * * * *', '*/0 * * * *'],
  ...['1,,2 * * * *', '@daily', '* * * * monday', '1-2-3 * * * *', '*/5/2 * * * *', '-1 * * * *', '* * * * l'],
];

describe('a key of ours', () => {
  it.each([
    ['web.min-age', '3d', { minAgeMs: 3 * 86_400_000 }],
    ['web.min-age', '1d12h', { minAgeMs: 36 * 3_600_000 }],
    ['web.min-age', ' 90m ', { minAgeMs: 90 * 60_000 }],
    ['web.min-age', '0', { minAgeMs: 0 }],
    ['min-age', '1h', { minAgeMs: 3_600_000 }],
    ['web.extract', '^v(?P<n>\\d+)-.*$ => ${n}', { extract: { expression: '^v(?P<n>\\d+)-.*$', template: '${n}' } }],
    ['web.extract', '(a)=>$1$$2', { extract: { expression: '(a)', template: '$1$$2' } }],
    ['web.order', 'numerical', { strategy: 'numerical' }],
    ['web.order', ' CalVer  Descending', { strategy: 'calver', order: 'descending' }],
    ['web.order', 'ascending', { strategy: 'semver', order: 'ascending' }],
    ['order', 'alphabetical descending', { strategy: 'alphabetical', order: 'descending' }],
    ['web.require-platforms', 'linux/amd64, linux/arm64', { requirePlatforms: ['linux/amd64', 'linux/arm64'] }],
    ['require-platforms', 'linux/amd64', { requirePlatforms: ['linux/amd64'] }],
    ['web.follow', 'latest', { follow: 'latest' }],
    ['web.hold', 'true', { held: true }],
    ['web.hold', 'yes', { held: true }],
    ['web.schedule', '*/10  9-16 * JAN,mar-dec/2 mon-fri', { schedule: '*/10 9-16 * JAN,mar-dec/2 mon-fri' }],
    ['schedule', '0 0 1 1 7', { schedule: '0 0 1 1 7' }],
    ['web.paused', 'TRUE', { paused: true }],
  ])('%s: %j', (key, value, expected) => {
    expect(webOf({ [`windlass.dev/${key}`]: value })).toMatchObject(expected);
  });

  it('is nothing where it is not there, and false is nothing', () => {
    const watch = webOf({ 'windlass.dev/web.hold': 'false', 'windlass.dev/web.paused': 'False' });
    expect(watch).toEqual({
      ...{ application: app, alias: 'web', image: 'docker.io/library/nginx', written: 'nginx', constraint: '~1' },
      ...{ strategy: 'semver', allow: { kind: 'any' }, ignore: [], forceUpdate: false },
    });
  });

  it.each<readonly [string, string]>([
    ['web.min-age', 'soon'],
    ['web.min-age', '-1h'],
    ['web.min-age', '1d-1h'],
    ['web.min-age', ''],
    ['web.extract', 'v1'],
    ['web.extract', ' => $1'],
    ['web.extract', '(?=x) => $0'],
    ['web.extract', '(a) => $2'],
    ['web.extract', '(a)(b) => $1_$2'],
    ['web.order', 'digest'],
    ['web.order', 'semver upwards'],
    ['web.order', ''],
    ['web.require-platforms', 'linux'],
    ['web.require-platforms', ''],
    ['web.follow', 'a b'],
    ['web.follow', ''],
    ...noSchedules.map((text) => ['web.schedule', text] as const),
  ])('%s: %j refuses the Application', (key, value) => {
    expect(webOf({ [`windlass.dev/${key}`]: value })).toMatchObject({
      kind: 'refused',
      problems: [{ at: `windlass.dev/${key}`, got: JSON.stringify(value) }],
    });
  });

  it('refuses a duration that would take minutes to be read to its end', () => {
    expect(webOf({ 'windlass.dev/web.min-age': '1'.repeat(200_000) })).toMatchObject({ kind: 'refused' });
  });

  it('says what is missing in a template, and how the name of a group ends', () => {
    expect(webOf({ 'windlass.dev/web.extract': '(a)(b) => $1_$2' })).toMatchObject({
      problems: [{ expected: expect.stringContaining('($1_ is no group of the expression; ${1} ends the name of the group)') as string }],
    });
  });

  it('says which field of a schedule is wrong', () => {
    expect(webOf({ 'windlass.dev/web.schedule': '* 9-25 * * *' })).toMatchObject({
      problems: [{ expected: expect.stringContaining('(hour "9-25" is none from 0 to 23)') as string }],
    });
  });

  it('takes the schedules that node-cron takes, and refuses days that never come as it does', () => {
    const field = (from: number, to: number) => {
      const value = fc.integer({ min: from, max: to }).map(String);
      const range = fc
        .tuple(fc.integer({ min: from, max: to }), fc.integer({ min: from, max: to }))
        .map((ends) => ends.toSorted((a, b) => a - b).join('-'));
      const stepped = fc.tuple(fc.oneof(range, fc.constant('*')), fc.integer({ min: 1, max: to })).map((parts) => parts.join('/'));
      return fc.array(fc.oneof(value, range, stepped, fc.constant('*')), { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
    };
    const schedules = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7)).map((fields) => fields.join(' '));
    fc.assert(
      fc.property(schedules, (schedule) => {
        expect('because' in parseSchedule(schedule)).toBe(!validate(schedule));
      }),
    );
  });

  it('counts only under windlass.dev', () => {
    const wishes = read({ 'argocd-image-updater.argoproj.io/web.min-age': '3d', 'argocd-image-updater.argoproj.io/paused': 'true' });
    expect(wishes).toMatchObject({
      ...{ kind: 'watched', paused: false },
      warnings: [
        { got: 'a key that nothing reads', expected: 'windlass.dev/web.min-age' },
        { got: 'a key that nothing reads', expected: 'windlass.dev/paused' },
      ],
    });
  });

  it.each([
    ['windlass.dev/min-agee', 'one of image-list, update-strategy'],
    ['windlass.dev/extract', 'windlass.dev/<alias>.extract'],
    ['windlass.dev/web.image-list', 'one of update-strategy, force-update'],
  ])('%s is a key that nothing reads', (at, expected) => {
    expect(read({ [at]: 'x' })).toMatchObject({
      warnings: [{ at, got: 'a key that nothing reads', expected: expect.stringContaining(expected) as string }],
    });
  });

  it('wins over update-strategy, and says so', () => {
    const wishes = read({ 'argocd-image-updater.argoproj.io/web.update-strategy': 'name', 'windlass.dev/web.order': 'calver' });
    expect(wishes).toMatchObject({
      watches: [{ strategy: 'calver' }, { strategy: 'semver' }],
      warnings: [
        { expected: 'alphabetical, its newer name' },
        { at: 'windlass.dev/web.order', expected: 'the strategy of argocd-image-updater.argoproj.io/web.update-strategy; calver is used' },
      ],
    });
  });

  it('is told with every other problem of the Application at once', () => {
    const wishes = read({
      'windlass.dev/web.min-age': 'x',
      'windlass.dev/db.order': 'y',
      'windlass.dev/schedule': 'z',
      'windlass.dev/write-back-method': 'w',
      'windlass.dev/db.update-strategy': 'digest',
    });
    expect(wishes.kind === 'refused' && wishes.problems.map(({ at }) => at)).toEqual([
      ...['windlass.dev/web.min-age', 'windlass.dev/schedule', 'windlass.dev/db.order', 'windlass.dev/write-back-method'],
      'windlass.dev/image-list',
    ]);
  });
});
