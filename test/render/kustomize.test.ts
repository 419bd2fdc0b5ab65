import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { findKustomize, ownFolder } from '../../src/render/kustomize-tool.ts';
import { createRenderer } from '../../src/render/renderer.ts';
import { filesOf, linkTo, renderFiles, rendererOver, requestOf, summaryOf } from './files.ts';
import type { Files } from './files.ts';

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: shop}, {name: side, image: "side:1"}]}
`;

const shop: Files = {
  'apps/shop/base/kustomization.yaml': 'resources: [web.yaml]\n',
  'apps/shop/base/web.yaml': deployment,
  'apps/shop/parts/loud/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {loud: "yes"}\n',
  'apps/shop/prod/kustomization.yaml': `resources: [../base]
components: [../parts/loud]
namespace: prod
images: [{name: shop, newName: reg.example.com/shop, newTag: 1.2.3}]
patches:
  - path: patches/replicas.yaml
configMapGenerator:
  - name: settings
    files: [app.conf=files/app.conf]
    envs: [files/.env]
`,
  'apps/shop/prod/patches/replicas.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n',
  'apps/shop/prod/files/app.conf': 'a = 1\n',
  'apps/shop/prod/files/.env': 'MODE=fast\n',
  'apps/unrelated/x.yaml': 'x: 1\n',
};

const change = (more: Files): Files => ({ ...shop, ...more });
const prod = { path: 'apps/shop/prod' };

describe('a kustomization', () => {
  it('is built by the real kustomize from base, component, patch and generator files', async () => {
    const rendering = await renderFiles(shop, prod);
    expect(summaryOf(rendering)).toEqual([expect.stringMatching(/^ConfigMap settings-\w{10}$/), 'Deployment web']);
    expect(rendering).toMatchObject({
      kind: 'rendered',
      tool: 'kustomize',
      objects: [
        { kind: 'ConfigMap', metadata: { namespace: 'prod' }, data: { MODE: 'fast' } },
        {
          kind: 'Deployment',
          metadata: { name: 'web', namespace: 'prod', annotations: { loud: 'yes' } },
          spec: { replicas: 3, template: { spec: { containers: [{ image: 'reg.example.com/shop:1.2.3' }, { image: 'side:1' }] } } },
        },
      ],
    });
  });

  it('is rendered once for equal inputs, whatever the commit', async () => {
    const renderer = rendererOver({
      c1: shop,
      c2: change({ 'apps/unrelated/x.yaml': 'x: 2\n' }),
      c3: change({ 'apps/shop/prod/files/app.conf': 'a = 2\n' }),
    });
    const render = (revision: string) => renderer.render(requestOf(prod, revision), AbortSignal.timeout(60_000));
    const [first, second, third] = [await render('c1'), await render('c2'), await render('c3')];
    expect(second).toEqual({ ...first, revision: 'c2' });
    expect(third).not.toEqual({ ...first, revision: 'c3' });
    expect(renderer.stats()).toEqual({ rendered: 2, reused: 1 });
  });

  it('is not even looked at again for a commit and source that were rendered', async () => {
    const files = filesOf({ c1: shop });
    const renderer = createRenderer({ files });
    const first = await renderer.render(requestOf(prod), AbortSignal.timeout(60_000));
    const reads = files.read.length;
    expect(await renderer.render(requestOf(prod), AbortSignal.timeout(60_000))).toEqual(first);
    expect([files.read.length, renderer.stats()]).toEqual([reads, { rendered: 1, reused: 1 }]);
  });

  it('is forgotten, the longest unused first, when the kept ones weigh too much', async () => {
    const renderer = rendererOver({ c1: shop }, { limits: { keptBytes: 1 } });
    const render = (path: string) => renderer.render(requestOf({ path }), AbortSignal.timeout(60_000));
    for (const path of ['apps/shop/base', 'apps/shop/prod', 'apps/shop/base']) await render(path);
    expect(renderer.stats()).toEqual({ rendered: 3, reused: 0 });
  });

  it.each([
    [
      'images',
      { images: ['shop=reg.example.com/other:2.0.0@sha256:aa', 'side:$ARGOCD_APP_NAME'] },
      ['reg.example.com/other:2.0.0@sha256:aa', 'side:shop'],
    ],
    ['images without a new name', { images: ['shop:9'] }, ['shop:9', 'side:1']],
  ])('takes %s of the Application, as kustomize edit set image does', async (_, kustomize, images) => {
    const rendering = await renderFiles(shop, { ...prod, kustomize });
    const containers = images.map((image) => ({ image }));
    expect(rendering).toMatchObject({ objects: [{}, { spec: { template: { spec: { containers } } } }] });
  });

  it('takes the other fields of the Application too', async () => {
    const kustomize = {
      namePrefix: 'p-',
      nameSuffix: '-s',
      namespace: 'other',
      replicas: [{ name: 'web', count: 7 }],
      commonLabels: { team: '${ARGOCD_APP_NAME}' },
      commonAnnotations: { note: 'x' },
      patches: [{ target: { kind: 'Deployment' }, patch: '[{"op":"add","path":"/spec/paused","value":true}]' }],
    };
    expect(await renderFiles(shop, { path: 'apps/shop/base', kustomize })).toMatchObject({
      objects: [
        {
          metadata: { name: 'p-web-s', namespace: 'other', labels: { team: 'shop' }, annotations: { note: 'x' } },
          spec: { replicas: 7, paused: true, selector: { matchLabels: { team: 'shop' } } },
        },
      ],
    });
  });

  it.each([
    [
      'a remote base',
      { 'kustomization.yaml': 'resources: ["https://github.com/a/b?ref=v1"]' },
      'the root of the repository names https://github.com/a/b?ref=v1: remote bases and files are not fetched',
    ],
    [
      'a remote file of a generator',
      { 'kustomization.yaml': 'configMapGenerator: [{name: x, files: ["k=http://169.254.169.254/x"]}]' },
      'remote bases and files are not fetched',
    ],
    ['a path that leaves the repository', { 'kustomization.yaml': 'resources: [../../x]' }, 'names ../../x, which leaves the repository'],
    ['an absolute path', { 'kustomization.yaml': 'resources: [/etc]' }, 'names /etc, which leaves the repository'],
    ['a symbolic link', { 'kustomization.yaml': 'resources: [x.yaml]', 'x.yaml': linkTo('/etc/passwd') }, 'x.yaml is a symbolic link'],
    ['a linked directory', { 'kustomization.yaml': 'resources: [d/x.yaml]', d: linkTo('/etc') }, 'd is a symbolic link'],
    ['a linked kustomization', { 'a.yaml': 'x: 1', 'kustomization.yaml': linkTo('x') }, 'kustomization.yaml is a symbolic link'],
    ['a missing file', { 'kustomization.yaml': 'resources: [x.yaml]' }, 'names x.yaml, which does not exist'],
    ['a missing base', { 'kustomization.yaml': 'resources: [base]' }, 'base holds no kustomization.yaml, kustomization.yml, Kustomization'],
    ['a chart', { 'kustomization.yaml': 'helmCharts: [{name: x}]' }, 'kustomization.yaml has helmCharts: Helm is not rendered yet'],
    [
      'a remote file in a transformer',
      {
        'kustomization.yaml': 'transformers: [t.yaml]',
        't.yaml': 'apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\npath: http://10.0.0.1/x.yaml',
      },
      'names http://10.0.0.1/x.yaml: remote bases and files are not fetched',
    ],
    ['a broken kustomization', { 'kustomization.yaml': 'resources: [' }, 'kustomization.yaml: Flow sequence'],
    [
      'a remote base that a merge hides',
      { 'kustomization.yaml': 'x-a: &a {resources: [https://x.example/y]}\n<<: *a' },
      'remote bases and files are not fetched',
    ],
    ['an unknown field', { 'kustomization.yaml': 'resorces: []' }, 'unknown field "resorces"'],
  ])('with %s is refused with a sentence', async (_, files, expected) => {
    expect(summaryOf(await renderFiles(files, {}))).toContain(expected);
  });

  it.each([
    ['version', { version: 'v5.0.0' }, 'spec.source.kustomize.version is set: there is one kustomize, its version cannot be chosen'],
    [
      'an image that is none',
      { images: ['shop'] },
      'spec.source.kustomize.images has "shop", expected name=newname:tag, name:tag or name@digest',
    ],
    ['a patch that is not there', { patches: [{ path: 'no.yaml' }] }, 'apps/shop/prod names no.yaml, which is no file below it'],
    [
      'a patch from elsewhere',
      { patches: [{ path: '../base/web.yaml' }] },
      'apps/shop/prod names ../base/web.yaml, which is no file below it',
    ],
    [
      'a remote patch',
      { patches: [{ path: 'http://169.254.169.254/x.yaml' }] },
      'apps/shop/prod names http://169.254.169.254/x.yaml: remote bases and files are not fetched; copy them into the repository',
    ],
  ])('refuses %s in the Application', async (_, kustomize, expected) => {
    expect(summaryOf(await renderFiles(shop, { ...prod, kustomize }))).toBe(expected);
  });
});

describe('a patch file that the Application names', () => {
  const paused = (value: boolean) =>
    change({ 'apps/shop/prod/more.yaml': `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {paused: ${value}}\n` });
  const source = { ...prod, kustomize: { patches: [{ path: 'more.yaml' }] } };

  it('is applied with those of the kustomization', async () => {
    const rendering = await renderFiles(paused(true), source);
    expect(rendering).toMatchObject({ objects: [{ kind: 'ConfigMap' }, { kind: 'Deployment', spec: { replicas: 3, paused: true } }] });
  });

  it('is one of the inputs: a commit that changes it is rendered anew', async () => {
    const renderer = rendererOver({ c1: paused(true), c2: paused(false) });
    const signal = AbortSignal.timeout(30_000);
    await renderer.render(requestOf(source), signal);
    const rendering = await renderer.render({ ...requestOf(source), revision: 'c2' }, signal);
    expect(rendering).toMatchObject({ objects: [{ kind: 'ConfigMap' }, { kind: 'Deployment', spec: { paused: false } }] });
  });
});

describe('the tool', () => {
  async function newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-tools-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    return folder;
  }

  /** Options with a tool that never ends, however busy the machine is. */
  async function endless(): Promise<{ toolDir: string; timeoutMs: number }> {
    const toolDir = await newFolder();
    await writeFile(join(toolDir, 'kustomize'), '#!/bin/sh\nsleep 600 &\nwait\n', { mode: 0o755 });
    return { toolDir, timeoutMs: 100 };
  }

  it('that runs too long is killed with its whole group, and the attempt fails', async () => {
    // The child of the tool holds its output open: the attempt ends only when that one is gone, too.
    await expect(renderFiles(shop, prod, await endless())).rejects.toThrow('kustomize build ran longer than 100ms');
  });

  it('that prints too much is stopped', async () => {
    await expect(renderFiles(shop, prod, { limits: { outputBytes: 20 } })).rejects.toMatchObject({ code: 'too-large' });
  });

  it('is told to stop by the signal', async () => {
    const renderer = rendererOver({ c1: shop });
    await expect(renderer.render(requestOf(prod), AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('leaves no folder behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-render-test-'));
    const tool = await endless();
    vi.stubEnv('TMPDIR', folder);
    try {
      await renderFiles(shop, prod);
      await expect(renderFiles(shop, prod, tool)).rejects.toThrow('ran longer');
      expect(await readdir(folder)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true });
    }
  });

  it('is unpacked once for callers that come at the same time, and nothing partial stays', async () => {
    const cacheDir = await newFolder();
    const found = await Promise.all([findKustomize({ cacheDir, searchPath: '' }), findKustomize({ cacheDir, searchPath: '' })]);
    expect(found[0]).toEqual(found[1]);
    expect(await readdir(cacheDir)).toEqual([expect.stringMatching(/^kubectl-\d+\.\d+\.\d+$/)]);
  });

  it('is kept beside the packages, not where others could put one', async () => {
    const { command } = await findKustomize({ searchPath: '' });
    expect(command).toMatch(/node_modules\/\.cache\/windlass\/kubectl-[\d.]+$/);
  });

  it.each([
    ['kustomize', ['build']],
    ['kubectl', ['kustomize']],
  ])('%s in a directory of the administrator comes first', async (name, before) => {
    const toolDir = await newFolder();
    const command = join(toolDir, name);
    await writeFile(command, '#!/bin/sh\n', { mode: 0o755 });
    expect(await findKustomize({ toolDir, searchPath: '' })).toEqual({
      command,
      before,
      description: `${name} from render.toolDir (${command})`,
    });
  });

  it('a folder for it below one that everybody may write is ours alone', async () => {
    const above = await newFolder();
    const folder = join(above, 'tools');
    expect(await ownFolder(folder)).toBe(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await ownFolder(folder)).toBe(folder);
    await chmod(folder, 0o777);
    await expect(ownFolder(folder)).rejects.toMatchObject({
      code: 'unsupported',
      message: `${folder} can be written by others: remove it, or put kustomize into render.toolDir`,
    });
    await symlink(above, join(above, 'link'));
    await expect(ownFolder(join(above, 'link'))).rejects.toMatchObject({ code: 'unsupported' });
  });
});
