import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDuration, parseGoDuration } from '../../src/kernel/duration.ts';
import { oneLine } from '../../src/kernel/escape.ts';
import { fnv1a32, safeEncode } from '../../src/kernel/fnv.ts';
import { canonicalJson } from '../../src/kernel/json.ts';
import { placeKey } from '../../src/kernel/place.ts';
import { repoIdOf } from '../../src/kernel/refs.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { lookUp } from '../../src/kernel/table.ts';
import { inspect } from 'node:util';

describe('oneLine makes foreign text harmless', () => {
  it.each([
    ['two\nlines', 'two lines'],
    ['--force', 'force'],
    ['ask @octocat', 'ask (at)octocat'],
    ['tag@sha256:abc', 'tag@sha256:abc'],
    ['x [skip ci]', 'x (skip ci)'],
    ['fixes #12', 'fixes no. #12'],
    ['Closing issue group/project#4', 'Closing no. issue group/project#4'],
    ['resolves: GH-7', 'resolves no.: GH-7'],
    ['fixes the metrics of #12', 'fixes the metrics of #12'],
    [`shop@sha512:${'ab'.repeat(64)}`, `shop@sha512:${'ab'.repeat(64)}`],
    ['right\u202eto left\u2066', 'rightto left'],
    ['half a \ud83d character', 'half a \ufffd character'],
    ['plain 1.2.3', 'plain 1.2.3'],
  ])('%j becomes %j', (text, line) => expect(oneLine(text)).toBe(line));

  it('never gives a second line, a leading dash or more than 200 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const line = oneLine(text);
        expect(line).not.toMatch(/[\n\r]|^-/);
        expect(line.length).toBeLessThanOrEqual(200);
        expect(line.isWellFormed()).toBe(true);
        expect(oneLine(line)).toBe(line);
      }),
    );
  });
});

describe('parseGoDuration', () => {
  it.each([
    ['1h30m', 5_400_000],
    ['300ms', 300],
    ['-1.5s', -1500],
    ['+5s', 5000],
    ['0', 0],
    ['-0', 0],
    ['-0s', 0],
    ['1.m', 60_000],
    ['.5s', 500],
    ['1h1h', 7_200_000],
    ['250µs', 0.25],
    ['250μs', 0.25],
    ['2562047h', 9_223_369_200_000],
    ['2562048h', undefined],
    ['.s', undefined],
    ['1 s', undefined],
    ['--1s', undefined],
    ['1d', undefined],
    ['', undefined],
    ['5', undefined],
  ])('%j is %j ms', (text, ms) => expect(parseGoDuration(text)).toBe(ms));

  it.each([
    [420, '420ms'],
    [999.6, '1s'],
    [1500, '1.5s'],
    [59_960, '1m'],
    [119_999, '2m'],
    [3_599_900, '1h'],
    [5_400_000, '1h30m'],
    [125_000, '2m5s'],
    [3_600_000, '1h'],
  ])('%j is told as %j', (ms, text) => expect(describeDuration(ms)).toBe(text));
});

describe('repoIdOf: one repository has one id', () => {
  it.each([
    'https://GitHub.com/team/config.git',
    'https://bot:secret@github.com/team/config',
    'git@github.com:team/config.git',
    'ssh://git@github.com:22/team/config/',
  ])('%s', (url) => expect(repoIdOf(url)).toBe('github.com/team/config'));
  it('a path that is no code stays', () => expect(repoIdOf('https://github.com/team/100%.git')).toBe('github.com/team/100%'));
  it('a port that is not the default counts', () => expect(repoIdOf('http://127.0.0.1:3000/shop.git')).toBe('127.0.0.1:3000/shop'));
});

describe('small words', () => {
  it('canonicalJson does not depend on the order of keys', () => {
    expect(canonicalJson({ b: [1, { d: 1, c: undefined }], a: null })).toBe(canonicalJson({ a: null, b: [1, { d: 1 }] }));
  });
  it('a place is one text', () => {
    expect(placeKey({ repo: 'h/r', branch: 'main', file: 'k.yaml', path: ['images', { key: 'name', is: 'reg/shop' }, 'newTag'] })).toBe(
      'h/r#main:k.yaml:images[name=reg/shop].newTag',
    );
  });
  it('a secret is shown nowhere', () => {
    const secret = new Secret('hunter2');
    expect([String(secret), JSON.stringify({ secret }), inspect(secret), inspect({ deep: { secret } })].join()).not.toContain('hunter2');
    expect(secret.reveal()).toBe('hunter2');
  });
  it('an unknown name lists the table', () => {
    expect(lookUp({ semver: 1, digest: 2 }, 'semvr', 'update-strategy')).toEqual({
      problem: { at: 'update-strategy', got: '"semvr"', expected: 'one of semver, digest' },
    });
  });
  it('FNV-1a has its published values', () => {
    expect([fnv1a32(''), fnv1a32('a'), fnv1a32('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
    expect(safeEncode('0123456789')).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{10}$/);
  });
});
