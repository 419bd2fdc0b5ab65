import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/kernel/problem.ts';
import { readSettings } from '../../src/settings.ts';
import type { SettingsSources } from '../../src/settings.ts';

function problemsOf(sources: Partial<SettingsSources>): readonly string[] {
  const read = readSettings({ env: {}, flags: {}, ...sources });
  return read.kind === 'refused' ? read.problems.map(describeProblem) : [];
}

describe('what settings name', () => {
  it.each([
    ['cluster.kubeconfig', '/nowhere/config', 'a file that can be read'],
    ['git.caFile', '/nowhere/ca.pem', 'a file that can be read'],
    ['registries.dockerConfig', '/nowhere/config.json', 'a file that can be read'],
    ['registries.scriptDir', '/nowhere/scripts', 'a directory that can be read'],
    ['render.toolDir', '/nowhere/tools', 'a directory that can be read'],
  ])('must be there: %s', (path, text, expected) => {
    expect(problemsOf({ flags: { [path]: text } })).toEqual([`--${path}: got ${text} (no such file or directory), expected ${expected}`]);
  });

  const host = (credentials: string) => JSON.stringify([{ prefix: 'r.example', apiUrl: 'https://r.example', credentials }]);
  const missing = (path: string): string => {
    if (path === '/empty') return '\n';
    throw Object.assign(new Error(path), { code: 'ENOENT' });
  };

  it.each<[string, Record<string, string>, string]>([
    [
      'a variable with a login that is not set',
      { 'registries.hosts': host('env:NOPE_VAR') },
      '--registries.hosts[0].credentials: got env:NOPE_VAR, a variable that is not set, expected a variable that holds user:password',
    ],
    [
      'an empty variable',
      { 'registries.hosts': host('env:EMPTY') },
      '--registries.hosts[0].credentials: got env:EMPTY, a variable that is empty, expected a variable that holds user:password',
    ],
    [
      'a variable with something else',
      { 'registries.hosts': host('env:ODD') },
      '--registries.hosts[0].credentials: got env:ODD, a variable that holds no user:password, expected a variable that holds user:password',
    ],
    [
      'the variable of the secret of webhooks that is not set',
      { 'webhooks.secretEnv': 'NOPE_VAR' },
      '--webhooks.secretEnv: got NOPE_VAR, a variable that is not set, expected the name of a variable that holds the secret',
    ],
    [
      'that is not shown where it may be the secret itself',
      { 'webhooks.secretEnv': 'hunter2' },
      '--webhooks.secretEnv: got a variable that is not set, expected the name of a variable that holds the secret',
    ],
    [
      'the file of that secret that is not there',
      { 'webhooks.secretFile': '/nowhere' },
      '--webhooks.secretFile: got /nowhere (no such file or directory), expected a file that holds the secret',
    ],
    [
      'that file without a text',
      { 'webhooks.secretFile': '/empty' },
      '--webhooks.secretFile: got /empty (it is empty), expected a file that holds the secret',
    ],
  ])('must be there where the service runs: %s', (_, flags, sentence) => {
    const sources = { flags, env: { ODD: 'hunter2', EMPTY: '' }, readFile: missing };
    expect(problemsOf({ ...sources, serving: true })).toEqual([sentence]);
    expect(problemsOf(sources)).toEqual([]);
  });

  it('is enough where it is there', () => {
    const flags = { 'registries.hosts': host('env:LOGIN'), 'webhooks.secretEnv': 'HOOK' };
    expect(problemsOf({ flags, env: { LOGIN: 'bot:pw', HOOK: 'x' }, serving: true })).toEqual([]);
  });
});

describe('addresses', () => {
  const entry = (key: string, text: string) => JSON.stringify([{ prefix: 'r.example', apiUrl: 'https://r.example', [key]: text }]);
  it.each([
    ['--registries.hosts[0].apiUrl', { 'registries.hosts': entry('apiUrl', 'https://u:hunter2@r.example') }],
    ['--registries.hosts[0].apiUrl', { 'registries.hosts': entry('apiUrl', 'htps:/u:hunter2@r.example') }],
    ['--registries.hosts[0].providerUrl', { 'registries.hosts': entry('providerUrl', 'https://hunter2@r.example') }],
    ['--analysis.prometheusAddress', { 'analysis.prometheusAddress': 'http://u:hunter2@prometheus' }],
  ])('hold no login, and none is shown: %s of %j', (at, flags) => {
    const got = 'got a text with an @, which is not shown because it may hold a password';
    expect(problemsOf({ flags })).toEqual([
      expect.stringContaining(`${at}: ${got}, expected an http or https URL without a user or password`),
    ]);
  });

  it('hold none in registries.conf either', () => {
    const conf = 'registries: [{name: r, prefix: r.example, api_url: "https://u:hunter2@r.example"}]';
    expect(problemsOf({ flags: { 'registries.conf': '/conf' }, readFile: () => conf })).toEqual([
      '/conf: registries[0].api_url: got a text with an @, which is not shown because it may hold a password, expected an http or https URL without a user or password',
    ]);
  });

  it.each([
    ['a text that is no JSON', 'https://u:hunter2@r.example', /^--registries\.hosts: got a text, expected a list, each entry an object/],
    [
      'one object',
      '{"apiUrl":"https://u:hunter2@r.example"}',
      /^--registries\.hosts: got an object, expected a list, each entry an object/,
    ],
    ['a list of texts', '["https://u:hunter2@r.example"]', /^--registries\.hosts\[0\]: got a text, expected an object/],
  ])('are not shown where hosts are %s', (_, hosts, sentence) => {
    expect(problemsOf({ flags: { 'registries.hosts': hosts } })).toEqual([expect.stringMatching(sentence)]);
  });

  it.each(['https://foo.bar/', 'https://foo.bar', 'foo.bar/', 'foo.bar:', 'foo.bar//x'])('that are no prefix of an image: %s', (prefix) => {
    const [found] = problemsOf({ flags: { 'registries.hosts': JSON.stringify([{ prefix, apiUrl: 'https://r.example' }]) } });
    expect(found).toContain(`--registries.hosts[0].prefix: got ${JSON.stringify(prefix)}, expected a registry host as images name it`);
  });

  it.each(['foo.bar', 'foo.bar:5000', 'foo.bar:5000/team/a_b', 'localhost'])('that are one: %s', (prefix) => {
    expect(problemsOf({ flags: { 'registries.hosts': JSON.stringify([{ prefix, apiUrl: 'https://r.example' }]) } })).toEqual([]);
  });
});
