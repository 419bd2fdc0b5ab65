import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../src/render/glob.ts';
import { linkTo, renderFiles, summaryOf } from './files.ts';

const map = (name: string, more = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`;

const tree = {
  'app/a.yaml': map('a'),
  'app/b.yml': `${map('b1')}---\n# nothing\n---\n${map('b2')}`,
  'app/c.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'c' } }] }),
  'app/values.yaml': 'replicas: 3\nimage: {tag: x}\n',
  'app/notes.yaml': 'this: [is not, yaml',
  'app/skipped.yaml': `# +argocd:skip-file-rendering\n${map('skipped')}`,
  'app/README.md': map('readme'),
  'app/deep/d.yaml': map('d'),
  'other/o.yaml': map('o'),
};

describe('a plain directory', () => {
  it.each([
    [
      'takes yaml, yml and json of the directory itself, in order of the paths',
      {},
      ['ConfigMap a', 'ConfigMap b1', 'ConfigMap b2', 'Secret c'],
    ],
    ['goes deeper with recurse', { recurse: true, include: '*d.yaml' }, ['ConfigMap d']],
    ['includes alternatives', { include: '{a,b}.y*ml' }, ['ConfigMap a', 'ConfigMap b1', 'ConfigMap b2']],
    ['excludes before it includes', { include: '*.yaml', exclude: 'a*' }, []],
    ['refuses a broken glob', { include: '{a' }, 'spec.source.directory.include "{a" is no glob'],
  ])('%s', async (_, directory, expected) => {
    expect(summaryOf(await renderFiles(tree, { path: 'app', directory }))).toEqual(expected);
  });

  it.each([
    ['a broken manifest', `${map('a')}---\n${map('b')}  x: [1\n`, 'app/x.yaml line 11: broken YAML: '],
    [
      'an object without a name',
      `${map('a')}---\napiVersion: v1\nkind: Secret\n`,
      'app/x.yaml line 6: an object (apiVersion v1, kind Secret) has no metadata.name',
    ],
    [
      'a generated name',
      'apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: j-}\n',
      'app/x.yaml line 1: an object (apiVersion batch/v1, kind Job) has no metadata.name; generateName is only possible for hooks, which are not run yet',
    ],
    [
      'an object without apiVersion',
      'kind: Secret\nmetadata: {name: x}\n',
      'app/x.yaml line 1: an object (kind Secret, metadata.name x) has no apiVersion',
    ],
  ])('refuses %s, naming file and line', async (_, text, expected) => {
    expect(summaryOf(await renderFiles({ 'app/x.yaml': text }, { path: 'app' }))).toContain(expected);
  });

  it('reads scalars as Go does: 0644 is octal, yes is true, times and 22:22 stay text', async () => {
    const rendering = await renderFiles(
      { 'x.yaml': map('a', 'data: {mode: 0644, on: yes, time: 2024-01-02, port: 22:22, quoted: "yes"}\n') },
      {},
    );
    expect(rendering).toMatchObject({
      kind: 'rendered',
      tool: 'directory',
      revision: 'c1',
      objects: [{ data: { mode: 420, true: true, time: '2024-01-02', port: '22:22', quoted: 'yes' } }],
    });
  });

  it.each([
    ['a symbolic link', { 'x.yaml': linkTo('/etc/passwd') }, {}, 'x.yaml is a symbolic link: links are not followed when rendering'],
    ['too many objects', { 'x.yaml': map('a'), 'y.yaml': map('b') }, { limits: { objects: 1 } }, '2 objects are more than the limit of 1'],
    ['too many bytes', { 'x.yaml': map('a') }, { limits: { outputBytes: 10 } }, 'the manifests are 51 bytes, more than the limit of 10'],
    ['an alias bomb', { 'x.yaml': map('a', bomb()) }, {}, 'Excessive alias count'],
    ['deep nesting', { 'x.yaml': map('a', `data: ${'['.repeat(200)}${']'.repeat(200)}`) }, {}, 'values nest deeper than 100 levels'],
  ])('refuses %s', async (_, files, options, expected) => {
    expect(summaryOf(await renderFiles(files, {}, options))).toContain(expected);
  });
});

function bomb(): string {
  const lines = Array.from(
    { length: 9 },
    (_, index) => `a${index + 1}: &a${index + 1} [${Array.from({ length: 9 }, () => `*a${index}`).join(', ')}]`,
  );
  return ['a0: &a0 [x]', ...lines, ''].join('\n');
}

describe('the tool', () => {
  it.each([
    ['a chart', { chart: 'redis' }, {}, 'spec.source.chart is set: Helm is not rendered yet; kustomize and plain directories are'],
    ['a helm block', { helm: { valueFiles: ['x'] } }, {}, 'spec.source.helm is set: Helm is not rendered yet'],
    ['a Chart.yaml', {}, { 'Chart.yaml': 'name: x' }, '. holds a Chart.yaml: Helm is not rendered yet'],
    ['a plugin', { plugin: { name: 'x' } }, {}, 'spec.source.plugin is set: config management plugins are not run'],
    ['Jsonnet', { directory: { jsonnet: { libs: ['x'] } } }, {}, 'spec.source.directory.jsonnet is set: Jsonnet is not rendered'],
    ['two tools', { directory: { recurse: true }, kustomize: { namePrefix: 'x' } }, {}, 'spec.source has both kustomize and directory'],
    ['an OCI artifact', { repoURL: 'oci://x/y' }, {}, 'spec.source.repoURL is an OCI artifact'],
    ['a path that leaves', { path: '../x' }, {}, 'spec.source.path "../x" leaves the repository'],
    ['a path that is missing', { path: 'no' }, {}, 'spec.source.path no does not exist at commit c1'],
  ])('refuses %s with a sentence', async (_, source, files, expected) => {
    expect(summaryOf(await renderFiles({ 'a.yaml': map('a'), ...files }, source))).toContain(expected);
  });

  it('ignores blocks that say nothing, as Argo CD does', async () => {
    const source = { helm: {}, kustomize: {}, plugin: {}, directory: { recurse: false, jsonnet: {} } };
    expect(summaryOf(await renderFiles({ 'a.yaml': map('a') }, source))).toEqual(['ConfigMap a']);
  });
});

describe('globs', () => {
  it.each([
    ['*.yaml', 'a/b.yaml', true],
    ['**/x.yaml', 'a/b/x.yaml', true],
    ['[a-c]?.yaml', 'bz.yaml', true],
    ['[!a].yaml', 'a.yaml', false],
    ['a.yaml', 'abyaml', false],
    ['a\\*.yaml', 'ab.yaml', false],
    ['{a,{b,c}}x', 'cx', true],
    ['a,b', 'a,b', true],
  ])('%s against %s: %s', (glob, path, expected) => {
    expect(globMatcher(glob)?.(path)).toBe(expected);
  });

  it.each(['{a', 'a}', '[a', 'a\\'])('%s is no glob', (glob) => expect(globMatcher(glob)).toBeUndefined());
});
