import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isMap, isPair, isScalar, parse, parseDocument, visit } from 'yaml';
import { describeProblem } from '../../src/kernel/problem.ts';
import { readSettings } from '../../src/settings.ts';
import type { SettingsSources } from '../../src/settings.ts';
import { leavesOf } from '../../src/settings/table.ts';

const shipped = readFileSync(new URL('../../config/windlass.yaml', import.meta.url), 'utf8');

function settingsOf(sources: Partial<SettingsSources>) {
  const read = readSettings({ env: {}, flags: {}, ...sources });
  if (read.kind !== 'read') throw new Error(read.problems.map(describeProblem).join('\n'));
  return read.settings;
}

function problemsOf(sources: Partial<SettingsSources>): readonly string[] {
  const read = readSettings({ env: {}, flags: {}, ...sources });
  return read.kind === 'refused' ? read.problems.map(describeProblem) : [];
}

const file = (text: string) => ({ name: 'windlass.yaml', text });

describe('the shipped file', () => {
  it('equals the defaults', () => {
    expect(settingsOf({ file: file(shipped) })).toEqual(settingsOf({}));
  });

  it('names every key with its default as written, in the order of the table', () => {
    const root: unknown = parse(shipped);
    const valueAt = (path: string): unknown =>
      path.split('.').reduce<unknown>((held, key) => (held as Record<string, unknown> | undefined)?.[key], root);
    expect(leavesOf().map(([path]) => [path, valueAt(path)])).toEqual(leavesOf().map(([path, field]) => [path, field.preset]));
    const order: string[] = [];
    visit(parseDocument(shipped), {
      Pair: (_, pair, ancestors) => {
        if (!isScalar(pair.key) || isMap(pair.value)) return;
        const above = ancestors.flatMap((node) => (isPair(node) && isScalar(node.key) ? [String(node.key.value)] : []));
        order.push([...above, String(pair.key.value)].join('.'));
      },
    });
    expect(order).toEqual(leavesOf().map(([path]) => path));
  });
});

describe('sources', () => {
  it('reads durations as milliseconds and sizes as bytes', () => {
    expect(settingsOf({})).toMatchObject({
      git: { pollInterval: 30_000 },
      registries: { pollInterval: 120_000 },
      render: { maxBytes: 52_428_800 },
    });
  });

  it('lets flags win over variables, and variables over the file', () => {
    const sources = {
      file: file('http: {port: 1, host: one}\nlog:\n  level: warn'),
      env: { WINDLASS_HTTP_PORT: '2', WINDLASS_HTTP_HOST: 'two' },
    };
    expect(settingsOf({ ...sources, flags: { 'http.port': '3' } })).toMatchObject({
      http: { port: 3, host: 'two' },
      log: { level: 'warn' },
    });
  });

  it.each([
    ['a list is separated by commas', { WINDLASS_APPLICATION_NAMESPACES: 'one, two' }, { applicationNamespaces: ['one', 'two'] }],
    ['a yes or no', { WINDLASS_HTTP_ENABLED: 'false' }, { http: { enabled: false } }],
    ['a camel-case key', { WINDLASS_GIT_POLL_INTERVAL: '1h30m' }, { git: { pollInterval: 5_400_000 } }],
    [
      'a list of objects is JSON',
      { WINDLASS_REGISTRIES_HOSTS: '[{"prefix":"r.example","apiUrl":"http://127.0.0.1:5000"}]' },
      { registries: { hosts: [{ prefix: 'r.example', apiUrl: 'http://127.0.0.1:5000' }] } },
    ],
    ['an empty variable is not set', { WINDLASS_HTTP_PORT: '' }, { http: { port: 8080 } }],
    [
      'links to a Service called windlass are none of ours',
      {
        WINDLASS_PORT: 'tcp://10.0.0.1:80',
        WINDLASS_PORT_80_TCP_ADDR: '10.0.0.1',
        WINDLASS_SERVICE_HOST: '10.0.0.1',
        WINDLASS_HTTP_PORT: 'tcp://10.0.0.1:80',
      },
      { http: { port: 8080 } },
    ],
    [
      'a variable that settings name',
      { WINDLASS_WEBHOOKS_SECRET_ENV: 'WINDLASS_HOOK', WINDLASS_HOOK: 'x' },
      { webhooks: { secretEnv: 'WINDLASS_HOOK' } },
    ],
    ['the variable that names the file', { WINDLASS_SETTINGS: '/etc/windlass.yaml' }, {}],
  ])('reads from the environment: %s', (_, env, expected) => {
    expect(settingsOf({ env })).toMatchObject(expected);
  });

  it('takes an empty file and an empty section for the defaults', () => {
    expect(settingsOf({ file: file('# nothing\n') })).toEqual(settingsOf({}));
    expect(settingsOf({ file: file('git:\n') })).toEqual(settingsOf({}));
  });
});

describe('problems', () => {
  it.each([
    [
      'an engine that does not exist yet',
      { flags: { engine: 'argocd' } },
      '--engine: got "argocd", expected one of "embedded": the engine argocd is not supported yet',
    ],
    ['an unknown engine', { flags: { engine: 'flux' } }, '--engine: got "flux", expected one of "embedded"'],
    [
      'a mistyped key',
      { file: file('git: {polInterval: 3s}') },
      'windlass.yaml: git.polInterval: got an unknown key, expected a known setting (nearest: git.pollInterval)',
    ],
    [
      'a mistyped section',
      { file: file('registry: {timeout: 3s}') },
      'windlass.yaml: registry: got an unknown key, expected a known setting (nearest: registries)',
    ],
    [
      'a mistyped flag',
      { flags: { 'http.prt': '1' } },
      '--http.prt: got an unknown setting, expected a known setting (nearest: --http.port)',
    ],
    [
      'a mistyped variable, without its text',
      { env: { WINDLASS_HTTP_PRT: 'hush' } },
      'WINDLASS_HTTP_PRT: got an unknown variable, expected a known setting (nearest: WINDLASS_HTTP_PORT)',
    ],
    [
      'a number as a duration',
      { file: file('sync: {interval: 30}') },
      'windlass.yaml: sync.interval: got 30, expected a duration above zero with its unit, such as 30s or 2m',
    ],
    [
      'no time at all',
      { flags: { 'sync.interval': '0s' } },
      '--sync.interval: got "0s", expected a duration above zero with its unit, such as 30s or 2m',
    ],
    [
      'a port out of range',
      { env: { WINDLASS_HTTP_PORT: '70000' } },
      'WINDLASS_HTTP_PORT: got 70000, expected a whole number from 0 to 65535',
    ],
    [
      'a size without a unit we know',
      { flags: { 'render.maxBytes': '50MB' } },
      '--render.maxBytes: got "50MB", expected a size in bytes, such as 4096, 512Ki or 50Mi',
    ],
    [
      'a section that is a text',
      { file: file('http: yes please') },
      'windlass.yaml: http: got "yes please", expected keys: enabled, host, port',
    ],
    ['a document that is a list', { file: file('[1]') }, 'windlass.yaml: the document: got [1], expected keys: engine, compat'],
    [
      'an address that is none',
      { flags: { 'addresses.allow': '127.0.0.0/8,10.0.0.0/33' } },
      '--addresses.allow[1]: got "10.0.0.0/33", expected a host name, an IP address or a block',
    ],
    [
      'a host without API',
      { file: file('registries: {hosts: [{prefix: r.example, apiUri: x}]}') },
      'windlass.yaml: registries.hosts[0].apiUrl: got nothing, expected an http or https URL',
    ],
    [
      'a credential that may be the secret itself',
      { file: file('registries: {hosts: [{prefix: r, apiUrl: "http://r", credentials: hunter2}]}') },
      'windlass.yaml: registries.hosts[0].credentials: got another text, expected secret:',
    ],
    [
      'holds outside of the repository',
      { flags: { 'holds.path': '../holds.yaml' } },
      '--holds.path: got "../holds.yaml", expected the path of a YAML file inside the repository',
    ],
    [
      'two places for one secret',
      { flags: { 'webhooks.secretEnv': 'A', 'webhooks.secretFile': '/b' } },
      '--webhooks.secretFile: got "/b", expected nothing, because webhooks.secretEnv is set too',
    ],
    [
      'one that was given with --set, in the words of the person',
      { flags: { '--set http.prt': '1' } },
      '--set http.prt: got an unknown setting, expected a known setting (nearest: --set http.port)',
    ],
    [
      'a flag that is near to nothing',
      { flags: { '--set foo': '1' } },
      '--set foo: got an unknown setting, expected a setting that config/windlass.yaml lists',
    ],
    [
      'a key that is near to nothing',
      { file: file('nope: 1') },
      'windlass.yaml: nope: got an unknown key, expected a setting that config/windlass.yaml lists',
    ],
    [
      'a variable that is near to nothing but the prefix',
      { env: { WINDLASS_NOPE: '1' } },
      'WINDLASS_NOPE: got an unknown variable, expected a setting that config/windlass.yaml lists',
    ],
    ['a value that was given as a flag', { flags: { '--http.port': 'x' } }, '--http.port: got "x", expected a whole number'],
    [
      'broken YAML',
      { file: file('http: {port: 1') },
      'windlass.yaml:1:15: got broken YAML (Flow map in block collection must be sufficiently indented and end with a }), expected a YAML document',
    ],
  ])('%s', (_, sources, sentence) => {
    expect(problemsOf(sources)[0]).toContain(sentence);
  });

  it('come all at once, from every source', () => {
    const found = problemsOf({ file: file('engin: x\nlog: {level: loud}'), env: { WINDLASS_HTTP_PORT: 'x' }, flags: { nope: '' } });
    expect(found.map((sentence) => sentence.split(': got')[0])).toEqual([
      'windlass.yaml: engin',
      '--nope',
      'WINDLASS_HTTP_PORT',
      'windlass.yaml: log.level',
    ]);
  });

  it('come all at once where settings and what they name are wrong together, with the name of their file', () => {
    const text = `
http: {port: x}
registries:
  conf: /nowhere/registries.conf
  hosts:
    - {prefix: a.example, apiUrl: "https://a.example"}
    - {prefix: b.example}
    - {prefix: a.example, apiUrl: "https://other.example"}
    - {prefix: c.example, apiUrl: "https://c.example", caFile: /nowhere/ca.pem}
webhooks: {secretEnv: HOOK, secretFile: /nowhere/hook}
`;
    expect(problemsOf({ file: file(text) }).map((sentence) => sentence.split(', expected')[0])).toEqual([
      'windlass.yaml: registries.hosts[1].apiUrl: got nothing',
      'windlass.yaml: http.port: got "x"',
      'windlass.yaml: webhooks.secretFile: got "/nowhere/hook"',
      'windlass.yaml: registries.conf: got /nowhere/registries.conf (no such file or directory)',
      'windlass.yaml: registries.hosts[3].caFile: got /nowhere/ca.pem (no such file or directory)',
      'windlass.yaml: registries.hosts[2]: got the prefix a.example again',
    ]);
  });

  it.each([
    ['broken', file('http: {')],
    ['not read', { name: 'windlass.yaml' }],
  ])('leave variables alone that a file may name which is %s', (_, unknown) => {
    const found = problemsOf({ file: unknown, env: { WINDLASS_HOOK: 'x' }, flags: { nope: '1' } });
    expect(found.filter((sentence) => !sentence.includes('broken YAML'))).toEqual([
      expect.stringMatching(/^--nope: got an unknown setting/),
    ]);
  });

  it('tell flags without a value beside all others', () => {
    expect(problemsOf({ flags: { '--set foo': undefined, '--http.prt': '1', '--set git.timeout': '5' } })).toEqual([
      '--set foo: got no value, expected --set PATH=VALUE, for example --set http.port=9090',
      '--http.prt: got an unknown setting, expected a known setting (nearest: --http.port)',
      '--set git.timeout: got "5", expected a duration above zero with its unit, such as 30s or 2m',
    ]);
  });
});
