import type { Written } from './remote-write.ts';

/** The moment at which the contract's questions are asked: five minutes ago, so that a server takes what lies around it. */
export const moment = Math.floor(Date.now() / 1000) * 1000 - 300_000;

/** Points of a value over time: one every second, from `from` to `to` seconds before the moment. */
function points(from: number, to: number, value: (second: number) => number, everyMs = 1000): Written['points'] {
  const count = Math.floor(((from - to) * 1000) / everyMs) + 1;
  return Array.from({ length: count }, (_, index) => ({
    at: moment - from * 1000 + index * everyMs,
    value: value((index * everyMs) / 1000),
  }));
}

const requests = { __name__: 'http_requests_total', namespace: 'shop' };

const levels = { a: 20.25, b: -3, c: NaN } as const;

function around(value: number): Written['points'] {
  return Array.from({ length: 40 }, (_, index) => ({ at: moment + index * 15_000, value }));
}

/** Series as a canary has them: a stable pod that is old, a canary pod that began within the last minute, one that restarted, one that is gone. */
export const samples: readonly Written[] = [
  { labels: { ...requests, pod: 'stable-1', code: '200' }, points: points(400, 0, (second) => 1000 + second * 19) },
  { labels: { ...requests, pod: 'stable-1', code: '500' }, points: points(400, 0, (second) => 50 + second) },
  { labels: { ...requests, pod: 'canary-1', code: '200' }, points: points(30, 0, (second) => second * 8) },
  { labels: { ...requests, pod: 'canary-1', code: '500' }, points: points(30, 0, (second) => Math.floor(second / 10)) },
  {
    labels: { ...requests, pod: 'restarted-1', code: '200' },
    points: points(200, 0, (second) => (second < 170 ? second * 3 : (second - 170) * 5)),
  },
  // The last point is 20 s old, and none is where the others have theirs.
  { labels: { ...requests, pod: 'gone-1', code: '200' }, points: points(100.5, 20.5, (second) => second * 2, 5000) },
  { labels: { __name__: 'temperature', room: 'a' }, points: points(10, 0, () => 20.25) },
  { labels: { __name__: 'temperature', room: 'b' }, points: points(10, 0, () => -3) },
  { labels: { __name__: 'temperature', room: 'c' }, points: points(10, 0, () => NaN) },
  { labels: { __name__: 'stale', room: 'a' }, points: points(400, 301, () => 1) },
  { labels: { __name__: 'tiny' }, points: points(10, 0, () => 1.5e-9) },
  { labels: { __name__: 'huge' }, points: points(10, 0, () => 1e25) },
  { labels: { __name__: 'one_point' }, points: points(5, 5, () => 7) },
  // What can be asked at any moment of the next minutes.
  ...(['a', 'b', 'c'] as const).map((room) => ({ labels: { __name__: 'level', room }, points: around(levels[room]) })),
  { labels: { __name__: 'depth', room: 'a' }, points: around(5) },
  { labels: { __name__: 'small' }, points: around(1.5e-9) },
  { labels: { __name__: 'large' }, points: around(1e25) },
  // More than our client reads: 150 labels of 60,000 letters.
  ...Array.from({ length: 150 }, (_, index) => ({
    labels: { __name__: 'wide', text: `${index}${'x'.repeat(60_000)}` },
    points: around(1),
  })),
];
