import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../src/policy/schedule.ts';

function read(text: string) {
  const schedule = parseSchedule(text);
  if ('because' in schedule) throw new Error(schedule.because);
  return schedule;
}

const at = (text: string) => Date.parse(text);

describe('a schedule of five cron fields', () => {
  it.each([
    ['* * * * *', '2026-03-01T12:00:30Z', '2026-03-01T12:01:00.000Z'],
    ['* * * * *', '2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['30 9 * * *', '2026-03-01T12:00:00Z', '2026-03-02T09:30:00.000Z'],
    ['30 9 * * 1-5', '2026-02-28T00:00:00Z', '2026-03-02T09:30:00.000Z'],
    ['0 0 * * 7', '2026-03-02T00:00:00Z', '2026-03-08T00:00:00.000Z'],
    ['0 0 * * sun,Wed', '2026-03-02T00:00:00Z', '2026-03-04T00:00:00.000Z'],
    ['*/20 8-9 * * *', '2026-03-01T08:41:00Z', '2026-03-01T09:00:00.000Z'],
    ['5/20 8 * * *', '2026-03-01T08:06:00Z', '2026-03-01T08:25:00.000Z'],
    ['0 12 1 jan *', '2026-03-01T00:00:00Z', '2027-01-01T12:00:00.000Z'],
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    // Day of the month and day of the week are both named: either will do.
    ['0 0 13 * 5', '2026-03-01T00:00:00Z', '2026-03-06T00:00:00.000Z'],
    ['0 0 13 * */7', '2026-03-01T00:00:00Z', '2026-09-13T00:00:00.000Z'],
  ])('%s after %s: %s', (text, from, next) => {
    expect(new Date(read(text).nextOpen(at(from)) ?? NaN).toISOString()).toBe(next);
  });

  it.each(['0 0 30 2 *', '0 0 31 4,6 *', '0 0 30,31 2 1'])('is refused where its day never comes: %s', (text) => {
    expect(parseSchedule(text)).toMatchObject({ because: expect.stringContaining('no month that') as string });
  });

  it.each(['0 0 29 2 *', '0 0 31 2,3 *', '0 0 1-31 2 *'])('is read where its day comes some time: %s', (text) => {
    expect(read(text).nextOpen(at('2026-03-01T00:00:00Z'))).toBeDefined();
  });

  it.each([
    ['2026-03-02T09:29:59Z', false],
    ['2026-03-02T09:30:00Z', true],
    // Ten minutes, so that a busy bot does not miss its minute.
    ['2026-03-02T09:39:59Z', true],
    ['2026-03-02T09:40:00Z', false],
  ])('30 9 is open at %s: %s', (moment, open) => {
    expect(read('30 9 * * *').isOpen(at(moment))).toBe(open);
  });

  it.each([
    ['* * * *', '4 fields, expected five: minute hour day month weekday'],
    ['60 * * * *', 'minute "60" is none from 0 to 59'],
    ['* 24 * * *', 'hour "24" is none from 0 to 23'],
    ['* * 0 * *', 'day of the month "0" is none from 1 to 31'],
    ['* * * foo *', 'month "foo" is none from 1 to 12'],
    ['* * * * 8', 'day of the week "8" is none from 0 to 7'],
    ['5-1 * * * *', 'minute "5-1" is none from 0 to 59'],
    ['*/0 * * * *', 'minute "*/0" is none from 0 to 59'],
    ['*-5 * * * *', 'minute "*-5" is none from 0 to 59'],
    ['1,, * * * *', 'minute "1,," is none from 0 to 59'],
  ])('%s is none', (text, because) => {
    expect(parseSchedule(text)).toEqual({ because });
  });
});
