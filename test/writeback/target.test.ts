import { describe, expect, it } from 'vitest';
import { targetOf } from '../../src/writeback/target.ts';

const git = { method: 'git:repocreds' };

describe('the target of an Application', () => {
  it.each([
    ['the source path itself', { target: 'kustomization' }, 'apps/shop', 'apps/shop'],
    ['below the source path', { target: 'kustomization:overlays/prod' }, 'apps/shop', 'apps/shop/overlays/prod'],
    ['normalised', { target: 'kustomization:./overlays//x/../prod/' }, './apps/shop/', 'apps/shop/overlays/prod'],
    ['the root', { target: 'kustomization' }, undefined, ''],
    ['from the root, inside the source path', { target: 'kustomization:/apps/shop/prod' }, 'apps/shop', 'apps/shop/prod'],
  ])('%s', (_, settings, path, directory) => {
    expect(targetOf({ ...git, ...settings }, path === undefined ? {} : { path })).toEqual({ kind: 'kustomization', directory });
  });

  it.each([
    [
      'another method',
      { method: 'argocd', target: 'kustomization' },
      'write-back-method "argocd" is not written by this version; expected git or git:<credentials>',
    ],
    [
      'no method',
      { target: 'kustomization' },
      'write-back-method "argocd" is not written by this version; expected git or git:<credentials>',
    ],
    [
      'helm values',
      { ...git, target: 'helmvalues:/x.yaml' },
      'write-back-target "helmvalues:/x.yaml" is not written by this version; expected kustomization[:<directory>]',
    ],
    [
      'a bare path',
      { ...git, target: 'kustomization.yaml' },
      'write-back-target "kustomization.yaml" is not written by this version; expected kustomization[:<directory>]',
    ],
    [
      'no target',
      git,
      'without a write-back-target tags go to .argocd-source-<application>.yaml, which this version does not write; expected kustomization[:<directory>]',
    ],
    [
      'a way out of the repository',
      { ...git, target: 'kustomization:../../..' },
      'the write-back target "../../.." of source path "apps/shop" leaves the repository',
    ],
    [
      'a way out and back in',
      { ...git, target: 'kustomization:/../apps/shop' },
      'the write-back target "/../apps/shop" of source path "apps/shop" leaves the repository',
    ],
    [
      'a backslash',
      { ...git, target: 'kustomization:a\\b' },
      'the write-back target "a\\\\b" of source path "apps/shop" leaves the repository',
    ],
    [
      'a place outside',
      { ...git, target: 'kustomization:/apps/shop-2' },
      'apps/shop-2 is outside the source path apps/shop; expected a directory below it',
    ],
    [
      'the root',
      { ...git, target: 'kustomization:/' },
      'the root of the repository is outside the source path apps/shop; expected a directory below it',
    ],
    ['workflows', { ...git, target: 'kustomization:.github/x' }, 'nothing is written below .github'],
    ['the holds', { ...git, target: 'kustomization:/.Windlass' }, 'nothing is written below .Windlass'],
  ])('refuses %s', (_, settings, because) => {
    expect(targetOf(settings, { path: 'apps/shop' })).toMatchObject({ kind: 'unsupported', because });
  });
});
