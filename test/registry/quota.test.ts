import { describe, expect, it } from 'vitest';
import { readQuota } from '../../src/registry/quota.ts';

const now = Date.parse('2026-01-31T12:00:00Z');
const quotaOf = (headers: Record<string, string>) =>
  readQuota({ status: 200, headers, body: new Uint8Array(), url: new URL('https://registry.example.com') }, now);

describe('a quota is read from', () => {
  it.each([
    [
      'Docker Hub',
      { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '98;w=21600', 'docker-ratelimit-source': '192.0.2.1' },
      { remaining: 98, limit: 100, windowMs: 21_600_000 },
    ],
    [
      'the fields of the first drafts',
      { 'ratelimit-limit': '60', 'ratelimit-remaining': '0', 'ratelimit-reset': '30' },
      { remaining: 0, limit: 60, resetAt: now + 30_000 },
    ],
    [
      'the fields of the last drafts',
      { 'ratelimit-policy': '"burst";q=100;w=60', ratelimit: '"burst";r=50;t=30' },
      { remaining: 50, limit: 100, windowMs: 60_000, resetAt: now + 30_000 },
    ],
    [
      'GitHub',
      { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': String(now / 1000 + 1800) },
      { remaining: 4999, limit: 5000, resetAt: now + 1_800_000 },
    ],
    ['a number alone', { 'ratelimit-remaining': '7' }, { remaining: 7 }],
  ])('%s', (_, headers, quota) => {
    expect(quotaOf(headers)).toEqual(quota);
  });

  it.each([
    ['nothing', {}],
    ['no number', { 'ratelimit-remaining': 'many' }],
    ['a number below zero', { 'ratelimit-remaining': '-1' }],
    ['a limit alone', { 'ratelimit-limit': '100;w=21600' }],
  ])('not from %s', (_, headers) => {
    expect(quotaOf(headers)).toBeUndefined();
  });

  it('without a reset or a window that is none', () => {
    expect(quotaOf({ 'ratelimit-remaining': '7;w=soon', 'ratelimit-reset': 'never' })).toEqual({ remaining: 7 });
  });
});
