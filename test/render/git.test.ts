import { describe, expect, it } from 'vitest';
import { createRenderer } from '../../src/render/renderer.ts';
import { openGit, remoteWith, signal } from '../git/remote.ts';
import { requestOf, summaryOf } from './files.ts';

describe('rendering from a repository', () => {
  it('reads from a clone without blobs what the kustomization reaches, and a commit elsewhere renders nothing again', async () => {
    const { access, person } = await remoteWith({
      'shop/base/kustomization.yaml': 'resources: [map.yaml]\n',
      'shop/base/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n',
      'shop/prod/kustomization.yaml': 'resources: [../base]\nnamePrefix: prod-\n',
      'other/big.yaml': 'x: 1\n',
    });
    const git = openGit();
    const renderer = createRenderer({ files: git });
    const render = async () => {
      const revision = await git.fetch(access, 'main', signal);
      return renderer.render({ ...requestOf({ path: 'shop/prod' }, revision), repo: access }, signal);
    };

    expect(summaryOf(await render())).toEqual(['ConfigMap prod-settings']);
    person.write({ 'other/big.yaml': 'x: 2\n' });
    person.commit('elsewhere');
    person.push();
    expect(summaryOf(await render())).toEqual(['ConfigMap prod-settings']);
    expect(renderer.stats()).toEqual({ rendered: 1, reused: 1 });
  });
});
