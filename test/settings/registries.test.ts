import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/kernel/problem.ts';
import { readSettings } from '../../src/settings.ts';
import { readRegistriesConf } from '../../src/settings/registries-conf.ts';

function read(text: string) {
  const conf = readRegistriesConf({ name: 'registries.conf', text });
  return conf.kind === 'read' ? conf : { problems: conf.problems.map(describeProblem) };
}

/** As Image Updater's documentation shows it, and what its users add. */
const documented = `
registries:
- name: Docker Hub
  prefix: docker.io
  api_url: https://registry-1.docker.io
  credentials: secret:foo/bar#creds
  defaultns: library
  default: true
- name: Google Container Registry
  prefix: gcr.io
  api_url: https://gcr.io
  ping: no
  credentials: pullsecret:foo/bar
  tagsortmode: latest-first
- name: RedHat Quay
  api_url: https://quay.io
  prefix: quay.io
  insecure: yes
  credentials: env:REGISTRY_SECRET
  limit: 10
- name: ECR
  api_url: https://123456789.dkr.ecr.eu-west-1.amazonaws.com
  prefix: 123456789.dkr.ecr.eu-west-1.amazonaws.com
  ping: true
  insecure: no
  credentials: ext:/scripts/auth1.sh
  credsexpire: 10h
- name: internal
  api_url: https://registry.example.com:5000
  prefix: registry.example.com/team
  ca_file: /etc/ca.pem
  ca_data: |
    PEM
  limit: 0
`;

describe('registries.conf', () => {
  it('is read as Image Updater reads it, with the words for yes and no of YAML 1.1', () => {
    expect(read(documented)).toEqual({
      kind: 'read',
      hosts: [
        {
          name: 'Docker Hub',
          prefix: 'docker.io',
          apiUrl: 'https://registry-1.docker.io',
          credentials: 'secret:foo/bar#creds',
          defaultNamespace: 'library',
          default: true,
        },
        { name: 'Google Container Registry', prefix: 'gcr.io', apiUrl: 'https://gcr.io', credentials: 'pullsecret:foo/bar' },
        {
          name: 'RedHat Quay',
          prefix: 'quay.io',
          apiUrl: 'https://quay.io',
          insecure: true,
          credentials: 'env:REGISTRY_SECRET',
          requestsPerSecond: 10,
        },
        {
          name: 'ECR',
          prefix: '123456789.dkr.ecr.eu-west-1.amazonaws.com',
          apiUrl: 'https://123456789.dkr.ecr.eu-west-1.amazonaws.com',
          credentials: 'ext:/scripts/auth1.sh',
          credentialsExpire: 36_000_000,
        },
        {
          name: 'internal',
          prefix: 'registry.example.com/team',
          apiUrl: 'https://registry.example.com:5000',
          caFile: '/etc/ca.pem',
          ca: 'PEM\n',
        },
      ],
      notes: ['registries.conf: registries[1].tagsortmode has no effect: the time of a tag is never taken from its place in the list'],
    });
  });

  it.each([
    ['nothing', ''],
    ['an empty list', 'registries: []'],
    ['an empty key', 'registries:'],
  ])('may hold %s', (_, text) => {
    expect(read(text)).toEqual({ kind: 'read', hosts: [], notes: [] });
  });

  it('may hold one entry without a prefix: images without a registry are asked for there', () => {
    expect(read('registries: [{name: a, api_url: "http://a.example"}]')).toMatchObject({
      hosts: [{ prefix: '', apiUrl: 'http://a.example', default: true }],
    });
  });

  it('tells every problem at once, and no credential', () => {
    const text = `
registry: x
registries:
- name: a
  prefix: a.example
  api_ulr: https://a.example
  credentials: hunter2
  credsexpire: 10
  tagsortmode: newest
  insecure: maybe
  limit: -1
- 7
- name: a
  prefix: a.example
  api_url: ftp://a.example
  default: true
- name: b
  prefix: b.example
  api_url: https://b.example
  default: true
`;
    expect(read(text)).toEqual({
      problems: [
        'registries.conf: registry: got an unknown key, expected registries alone',
        'registries.conf: registries[0].api_url: got nothing, expected an http or https URL without a user or password',
        'registries.conf: registries[0].credentials: got another text, expected secret:NAMESPACE/NAME#FIELD, pullsecret:NAMESPACE/NAME, env:NAME or ext:/PATH',
        'registries.conf: registries[0].credsexpire: got 10, expected a duration above zero with its unit, such as 10h',
        'registries.conf: registries[0].tagsortmode: got "newest", expected none, latest-first or latest-last',
        'registries.conf: registries[0].insecure: got "maybe", expected true or false',
        'registries.conf: registries[0].limit: got -1, expected a whole number of requests per second, from 0 (no limit)',
        'registries.conf: registries[0].api_ulr: got an unknown key, expected a known key (nearest: api_url)',
        'registries.conf: registries[1]: got 7, expected an entry with name and api_url',
        'registries.conf: registries[2].api_url: got "ftp://a.example", expected an http or https URL without a user or password',
        'registries.conf: registries[2].name: got "a" again, expected a name that no other entry has',
        'registries.conf: registries[2].prefix: got "a.example" again, expected a prefix that no other entry has',
        'registries.conf: got 2 entries with default: true, expected one at most',
      ],
    });
  });

  it.each([
    ['broken YAML', 'registries: [', /^registries\.conf:1:\d+: got broken YAML/],
    ['a key twice', 'registries: []\nregistries: []', /^registries\.conf:2:1: got broken YAML \(Map keys must be unique/],
    ['a list', '[]', /^registries\.conf: got \[\], expected a list with the key registries$/],
    ['a text in the place of the list', 'registries: x', /^registries\.conf: registries: got "x", expected a list$/],
  ])('is refused where it is %s', (_, text, sentence) => {
    expect(read(text)).toEqual({ problems: [expect.stringMatching(sentence)] });
  });
});

describe('the setting registries.conf', () => {
  const files: Record<string, string> = {
    '/conf':
      'registries:\n- {name: a, prefix: a.example, api_url: "https://api.example", credentials: "env:WINDLASS_LOGIN", ca_file: /ca}\n',
    '/ca': 'PEM',
  };
  const settings = (hosts: string, path = '/conf') =>
    readSettings({
      env: { WINDLASS_LOGIN: 'x:y' },
      flags: { 'registries.conf': path, 'registries.hosts': hosts },
      readFile: (name) => {
        const text = files[name];
        if (text === undefined) throw Object.assign(new Error(name), { code: 'ENOENT' });
        return text;
      },
    });
  const problems = (hosts: string, path?: string) => {
    const got = settings(hosts, path);
    return got.kind === 'refused' ? got.problems.map(describeProblem) : [];
  };

  it('adds its registries to the hosts, with the text of their certificates', () => {
    const got = settings('[{"prefix":"b.example","apiUrl":"https://b.example"}]');
    expect(got).toMatchObject({
      kind: 'read',
      settings: { registries: { hosts: [{ prefix: 'b.example' }, { prefix: 'a.example', name: 'a', caFile: '/ca', ca: 'PEM' }] } },
    });
  });

  it.each([
    [
      'one prefix twice',
      '[{"prefix":"a.example","apiUrl":"https://b.example"}]',
      '/conf: registries[0]: got the prefix a.example again, expected it once: --registries.hosts[0] has it',
    ],
    [
      'one address that is trusted in two ways',
      '[{"prefix":"b.example","apiUrl":"https://api.example/x","insecure":true}]',
      '/conf: registries[0]: got another insecure or other certificates, expected the same as --registries.hosts[0] for https://api.example',
    ],
    [
      'certificates that are not there',
      '[{"prefix":"b.example","apiUrl":"https://b.example","caFile":"/nowhere"}]',
      '--registries.hosts[0].caFile: got /nowhere (no such file or directory), expected a PEM file that can be read',
    ],
    [
      'two defaults',
      '[{"prefix":"b.example","apiUrl":"https://b.example","default":true},{"prefix":"c.example","apiUrl":"https://c.example","default":true}]',
      '--registries.hosts[1]: got default: true again, expected it once: --registries.hosts[0] has it',
    ],
  ])('tells of %s', (_, hosts, sentence) => {
    expect(problems(hosts)).toEqual([sentence]);
  });

  it('tells of certificates of its own that are not there, by their key', () => {
    files['/other'] = 'registries: [{name: a, prefix: a.example, api_url: "https://a.example", ca_file: /nowhere}]';
    expect(problems('[]', '/other')).toContain(
      '/other: registries[0].ca_file: got /nowhere (no such file or directory), expected a PEM file that can be read',
    );
  });

  it('tells of a file that is not there', () => {
    expect(problems('[]', '/nowhere')).toContain(
      '--registries.conf: got /nowhere (no such file or directory), expected a file that can be read',
    );
  });
});

it('an entry of registries.hosts may hold everything, and tells every flaw', () => {
  const host = {
    prefix: 'r.example',
    apiUrl: 'https://r.example',
    name: 'r',
    credentials: 'ext:/scripts/r',
    credentialsExpire: '10h',
    defaultNamespace: 'team',
    default: true,
    insecure: true,
    ca: 'PEM',
    requestsPerSecond: 5,
    provider: 'harbor',
    providerUrl: 'https://harbor.example',
  };
  const flags = (one: object) => ({ env: {}, flags: { 'registries.hosts': JSON.stringify([one]) } });
  expect(readSettings(flags(host))).toMatchObject({ settings: { registries: { hosts: [{ ...host, credentialsExpire: 36_000_000 }] } } });
  const got = readSettings(flags({ prefix: 'r.example', credentials: 'hunter2', insecure: 1, tokn: 'x' }));
  expect(got.kind === 'refused' ? got.problems.map(({ at, got: shown }) => `${at} ${shown}`) : []).toEqual([
    '--registries.hosts[0].apiUrl nothing',
    '--registries.hosts[0].credentials another text',
    '--registries.hosts[0].insecure 1',
    '--registries.hosts[0].tokn an unknown key',
  ]);
});
