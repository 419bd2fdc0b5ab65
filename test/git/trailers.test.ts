import { expect, it } from 'vitest';
import { openGit, remoteWith, replacing, signal } from './remote.ts';

const file = 'apps/shop/kustomization.yaml';
const text = 'images:\n- name: reg/shop\n  newTag: v1\n';

it('the trailers of a commit are told from the clone alone, and none of one that it does not have', async () => {
  const { access, person } = await remoteWith({ [file]: text });
  const git = openGit();
  const head = await git.fetch(access, 'main', signal);
  const snapshot = await git.read(access, { branch: 'main', head }, [file], signal);
  const commit = { ...replacing(snapshot, file, 'v1', 'v2'), trailers: [['Windlass-Application', 'argocd/shop'] as const] };
  const pushed = await git.push(access, { branch: 'main', head }, [commit]);
  const ours = pushed.kind === 'pushed' ? (pushed.commits[0] ?? '') : '';
  person.write({ 'other.yaml': 'a: b\n' });
  const before = git.stats();
  expect(await git.trailers(access, ours)).toEqual([['Windlass-Application', 'argocd/shop']]);
  expect(await git.trailers(access, head)).toEqual([]);
  expect(await git.trailers(access, person.commit('only here'))).toEqual([]);
  expect(git.stats()).toEqual(before);
});
