import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, type CheckOptions } from '../../src/cli/check/check-command.ts';
import { play } from './play.ts';

const prefix = 'argocd-image-updater.argoproj.io';

function application(name: string, annotations: string): string {
  return `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: ${name}\n  annotations:\n${annotations}\n`;
}

const written = `    ${prefix}/write-back-method: git\n    ${prefix}/write-back-target: kustomization`;

const good = application('good', `    ${prefix}/image-list: web=nginx:~1.2\n${written}`);
const lenient = application('lenient', `    ${prefix}/image-list: web=nginx\n    ${prefix}/web.update-strategy: semvr\n${written}`);
const bad = application(
  'bad',
  `    ${prefix}/image-list: web=nginx:~~1\n    windlass.dev/web.min-age: soon\n    windlass.dev/web.follow: a b`,
);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-check-'));
  await Promise.all(Object.entries({ good, lenient, bad }).map(([name, text]) => writeFile(join(folder, `${name}.yaml`), text)));
});

afterAll(async () => rm(folder, { recursive: true }));

/** What the command says of a text on standard input. */
async function checked(text: string, options: Partial<CheckOptions> = {}, files: readonly string[] = ['-']) {
  const said = { out: '', err: '' };
  const status = await check(
    files,
    { output: 'text', strict: false, compat: 'v0', ...options },
    { input: Readable.from([text]), out: (more) => (said.out += more), err: (more) => (said.err += more) },
  );
  return { status, lines: said.out.trimEnd().split('\n'), ...said };
}

describe('windlass check', () => {
  it.each([
    ['nothing wrong', good, {}, 0, '1 Application checked: nothing to say'],
    ['warnings alone', lenient, {}, 0, '1 Application checked: 0 problems, 1 warning'],
    [
      'warnings, strictly',
      lenient,
      { strict: true },
      1,
      '1 Application checked: 0 problems, 1 warning (--strict: a warning counts as a problem)',
    ],
    ['problems', bad, {}, 1, '1 Application checked: 3 problems, 0 warnings'],
    [
      'other documents',
      `kind: ConfigMap\n---\n${good}---\n---\nkind: Secret`,
      {},
      0,
      '1 Application checked, 2 other documents skipped: nothing to say',
    ],
    ['nothing at all', '', {}, 0, '0 Applications checked: nothing to say'],
    [
      'a List',
      JSON.stringify({ kind: 'List', items: [{ kind: 'Namespace' }] }),
      {},
      0,
      '0 Applications checked, 1 other document skipped: nothing to say',
    ],
    [
      'what only v1.3 refuses',
      good.replace('web=nginx:~1.2', '","'),
      { compat: 'v1' as const },
      1,
      '1 Application checked: 1 problem, 0 warnings',
    ],
  ])('%s', async (...[, text, options, status, last]) => {
    const said = await checked(text, options);
    expect([said.status, said.lines.at(-1), said.err]).toEqual([status, last, '']);
  });

  it('says every problem at once: file, line, Application, key, what was read and what is allowed', async () => {
    const said = await checked('', {}, [join(folder, 'bad.yaml')]);
    expect(said.lines.slice(0, 3).map((line) => line.replace(folder, ''))).toEqual([
      `/bad.yaml:6: problem: Application bad: ${prefix}/image-list: got "~~1", expected a version constraint such as ~1.2, ^1.2.3, 1.x or ">=1.0 <2.0"`,
      '/bad.yaml:7: problem: Application bad: windlass.dev/web.min-age: got "soon", expected a duration such as 90m, 36h, 3d or 1d12h',
      '/bad.yaml:8: problem: Application bad: windlass.dev/web.follow: got "a b", expected a tag such as latest or stable',
    ]);
  });

  it.each([
    [
      'a value that is no text',
      '    windlass.dev/paused: true',
      'windlass.dev/paused: got true, which is no text, expected a text: write it in quotes',
    ],
    ...(['yes', 'No', 'on', 'OFF', 'y', 'n'] as const).map((word) => [
      `${word} without quotes`,
      `    windlass.dev/web.hold: ${word}`,
      `windlass.dev/web.hold: got ${word}, which is no text (YAML reads it as ${String(/^(?:y|on)/.test(word))}), expected a text: write it in quotes`,
    ]),
    ...['1.10', '1_000', '010', '0x1f', '~'].map((word) => [
      `${word} without quotes`,
      `    windlass.dev/web.follow: ${word}`,
      `windlass.dev/web.follow: got ${word}, which is no text, expected a text: write it in quotes`,
    ]),
    [
      'a key without image-list',
      "    windlass.dev/web.min-age: '3d'",
      'windlass.dev/web.min-age: got a key that nothing reads, expected image-list beside it: without it the Application is not managed',
    ],
  ])('%s', async (_, annotations, expected) => {
    expect((await checked(application('a', annotations))).lines[0]).toContain(`Application a: ${expected}`);
  });

  it.each(['"yes"', "'1.10'", '!!str on', 'oN', 'yEs', '12:30', '2026-01-01', '1.2.3', '>-\n      no'])(
    'takes %s as a text',
    async (text) => {
      const said = await checked(
        application('a', `    ${prefix}/image-list: web=nginx\n${written}\n    windlass.dev/web.helm.image-tag: ${text}`),
      );
      expect(said.lines).toEqual(['1 Application checked: nothing to say']);
    },
  );

  it.each([
    ['annotations that are no mapping', 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, annotations: []}', 3],
    ['a document that is no YAML', `${good}---\na: [\n`, 10],
    ['too many references', `${good}---\na: &a [1]\nb: &b [${'*a,'.repeat(60)}]\nc: [${'*b,'.repeat(60)}]\n`, 10],
    [
      'what came by a merge',
      `x: &x {windlass.dev/image-list: 'http://x'}\napiVersion: argoproj.io/v1\nkind: Application\nmetadata:\n  annotations:\n    <<: *x\n`,
      5,
    ],
    ['an item of a List', `kind: List\nitems:\n- kind: Secret\n- ${bad.replaceAll('\n', '\n  ')}`, 9],
  ])('%s has a line: %#', async (_, text, line) => {
    const said = await checked(text, { output: 'json' });
    const { findings } = JSON.parse(said.out) as { findings: readonly { line: number; level: string }[] };
    expect(findings[0]).toMatchObject({ level: 'problem', line });
  });

  const set = (annotations: readonly string[], more = '') =>
    ['apiVersion: argoproj.io/v1alpha1', 'kind: ApplicationSet', 'metadata: {name: all}', 'spec:', more, '  template:', '    metadata:']
      .concat('      name: "{{name}}"', '      annotations:')
      .concat(annotations.map((line) => `        windlass.dev/${line}`))
      .join('\n');
  const gitBack = ['write-back-method: git', 'write-back-target: kustomization:../x'];

  const kustomization = 'expected kustomization[:<directory>]; nothing is written';
  const noMethod =
    'write-back-method: got no such annotation, expected git or git:<credentials>; nothing is written: without a write-back-method the default counts, argocd, which this version does not write';
  const noTarget = `write-back-target: got no such annotation, ${kustomization}: without a write-back-target tags go to .argocd-source-<application>.yaml, which this version does not write`;
  const whole = 'spec:\n  source: {path: apps/prod}';

  it.each([
    ['the default method', '', whole, [`5: problem: Application a: ${noMethod}`, `5: problem: Application a: ${noTarget}`]],
    ['nothing, in what may be a patch', '', '', [`5: warning: Application a: ${noMethod}`, `5: warning: Application a: ${noTarget}`]],
    [
      'a method in what may be a patch',
      'write-back-method: argocd\nwrite-back-target: kustomization',
      'spec:\n  project: default',
      [
        '7: problem: Application a: windlass.dev/write-back-method: got "argocd", expected git or git:<credentials>; nothing is written: write-back-method "argocd" is not written by this version',
      ],
    ],
    ['no target', 'write-back-method: git', whole, [`5: problem: Application a: ${noTarget}`]],
    [
      'Helm values',
      'write-back-method: git\nwrite-back-target: helmvalues:/x.yaml',
      '',
      [
        `8: problem: Application a: windlass.dev/write-back-target: got "helmvalues:/x.yaml", ${kustomization}: write-back-target "helmvalues:/x.yaml" is not written by this version`,
      ],
    ],
    [
      'another branch',
      'write-back-method: git\nwrite-back-target: kustomization\ngit-branch: main:other',
      '',
      [
        '9: problem: Application a: windlass.dev/git-branch: got "main:other", expected the branch that is read, and none behind a colon; nothing is written: writing to another branch than the one that is read is not supported yet',
      ],
    ],
    [
      'a directory outside',
      'write-back-method: git\nwrite-back-target: kustomization:../dev',
      whole,
      [
        '8: problem: Application a: windlass.dev/write-back-target: got "kustomization:../dev", expected a directory below the source path; nothing is written: apps/dev is outside the source path apps/prod',
      ],
    ],
    ['a directory outside of who knows what', 'write-back-method: git\nwrite-back-target: kustomization:../dev', '', []],
    [
      'several sources',
      'write-back-method: git\nwrite-back-target: kustomization',
      'spec:\n  sources: []',
      [
        '10: problem: Application a: spec.sources: got several sources, expected spec.source; nothing is written: an Application with several sources is not written back yet',
      ],
    ],
  ])('says what the service does not write: %s', async (_, keys, spec, expected) => {
    const lines = ['image-list: web=nginx:~1.2', ...keys.split('\n').filter((key) => key !== '')].map((key) => `    windlass.dev/${key}`);
    const said = await checked(`${application('a', lines.join('\n'))}${spec}`);
    expect([said.status, said.lines.slice(0, -1)]).toEqual([
      expected.some((line) => line.includes(': problem: ')) ? 1 : 0,
      expected.map((line) => `standard input:${line}`),
    ]);
  });

  it('is less certain of an annotation that the patch of a template may bring', async () => {
    const levels = async (more: string) => {
      const said = await checked(`${set(['image-list: web=nginx', ...gitBack.slice(0, 1)], more)}\n    ${whole.replace('\n', '\n    ')}`);
      return said.lines.filter((line) => line.includes('write-back-target')).map((line) => line.split(': ')[1]);
    };
    expect([await levels(''), await levels('  templatePatch: "{}"')]).toEqual([['problem'], ['warning']]);
  });

  it.each([
    ['a: [\n\n', 'the document is no YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['a: *b', 'the document cannot be read: Unresolved alias (the anchor must be set before the alias): b'],
  ])('says of %j in the words of the parser what is wrong, at a line that is there', async (text, sentence) => {
    const said = await checked(text);
    expect([said.status, said.lines[0]]).toEqual([1, `standard input:1: problem: ${sentence}`]);
  });

  it('answers JSON with a version', async () => {
    const said = await checked(lenient, { output: 'json' });
    expect(JSON.parse(said.out)).toMatchObject({
      ...{ version: 1, applications: 1, skipped: 0, problems: 0, warnings: 1 },
      findings: [
        { level: 'warning', file: 'standard input', line: 7, application: 'lenient', at: `${prefix}/web.update-strategy`, got: '"semvr"' },
      ],
    });
  });

  it('goes on where one file cannot be read, and ends with 2', async () => {
    const said = await checked('', {}, [join(folder, 'none.yaml'), join(folder, 'lenient.yaml'), folder]);
    expect(said.status).toBe(2);
    expect(said.err.replaceAll(folder, 'F')).toBe('cannot read F/none.yaml: no such file or directory\ncannot read F: it is a directory\n');
    expect(said.lines.at(-1)).toBe('1 Application checked, 2 files not read: 0 problems, 1 warning');
  });

  it('finds in JSON what cannot be read', async () => {
    const said = await checked('', { output: 'json' }, [join(folder, 'none.yaml')]);
    expect([said.status, JSON.parse(said.out)]).toMatchObject([
      2,
      { problems: 1, findings: [{ level: 'problem', file: join(folder, 'none.yaml'), at: 'the file', got: 'no such file or directory' }] },
    ]);
  });

  it.each([
    ['hello world', 'got "hello world", expected a mapping, as every Kubernetes object is'],
    ['- 1', 'got a list, expected a mapping, as every Kubernetes object is'],
  ])('refuses a document %s', async (text, expected) => {
    const said = await checked(text);
    expect([said.status, said.lines]).toEqual([
      1,
      [`standard input:1: problem: the document: ${expected}`, '0 Applications checked: 1 problem, 0 warnings'],
    ]);
  });

  it('checks the template of an ApplicationSet', async () => {
    const said = await checked(set(['image-list: web=nginx', 'web.allow-tags: "regexp:("', 'web.hold: on', ...gitBack]));
    expect(said.status).toBe(1);
    expect(said.lines).toEqual([
      expect.stringContaining('standard input:11: warning: ApplicationSet all: windlass.dev/web.allow-tags: got "regexp:("'),
      expect.stringContaining('standard input:12: problem: ApplicationSet all: windlass.dev/web.hold: got on, which is no text'),
      '0 Applications and 1 ApplicationSet checked: 1 problem, 1 warning',
    ]);
  });

  it('says which texts of a template it does not check, and checks the others', async () => {
    const lines = ['image-list: "{{images}}"', 'web.min-age: soon', 'web.follow: "{{tag}}"', 'web.hold: "true"', ...gitBack];
    const said = await checked(set(lines, '  templatePatch: "{}"'), { strict: true });
    expect(said.lines).toEqual([
      'standard input:5: note: ApplicationSet all: spec.templatePatch: got a patch of the template, expected a text without {{ to be checked',
      'standard input:10: note: ApplicationSet all: windlass.dev/image-list: got "{{images}}", expected a text without {{ to be checked',
      expect.stringContaining('standard input:11: problem: ApplicationSet all: windlass.dev/web.min-age: got "soon"'),
      'standard input:12: note: ApplicationSet all: windlass.dev/web.follow: got "{{tag}}", expected a text without {{ to be checked',
      '0 Applications and 1 ApplicationSet checked: 1 problem, 0 warnings',
    ]);
    expect((await checked(set(['image-list: "web={{image}}"', ...gitBack]), { strict: true })).status).toBe(0);
  });

  it('has nothing to say of the example in the reference', async () => {
    const page = readFileSync(new URL('../../docs/annotations.md', import.meta.url), 'utf8');
    const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
    const said = await checked(`apiVersion: argoproj.io/v1alpha1\nkind: Application\n${example}`);
    expect(said.out).toBe('1 Application checked: nothing to say\n');
  });

  it('is a command, and says its usage where it has no file', async () => {
    const [fine, wrong, without] = await Promise.all([
      play(folder, ['check', 'good.yaml', 'lenient.yaml']),
      play(folder, ['check', 'bad.yaml', '-o', 'json']),
      play(folder, ['check']),
    ]);
    expect([fine.status, fine.stdout.split('\n').at(-2)]).toEqual([0, '2 Applications checked: 0 problems, 1 warning']);
    expect([wrong.status, (JSON.parse(wrong.stdout) as { problems: number }).problems]).toEqual([1, 3]);
    expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('windlass check [options] <file...>')]);
  });
});
