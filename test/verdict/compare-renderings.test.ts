import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/resources/meta.ts';
import { compareRenderings } from '../../src/verdict/compare-renderings.ts';

type Changes = {
  readonly image?: string;
  readonly replicas?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly env?: string;
};

function deployment({ image = 'shop:1', replicas = 2, annotations = {}, env = 'x' }: Changes = {}): KubeObject {
  const template = {
    spec: { containers: [{ name: 'web', image, env: [{ name: 'A', value: env }] }], initContainers: [{ name: 'init', image }] },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', annotations },
    spec: { replicas, template },
  };
}

const cron = (image: string): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'night' },
  spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } } },
});

const config = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data: { image: name },
});

describe('renderings differ in', () => {
  it.each([
    ['nothing', [deployment()], [deployment()], []],
    ['nothing but their order', [deployment(), config('a')], [config('a'), deployment()], []],
    ['images of containers alone', [deployment(), cron('c:1')], [deployment({ image: 'shop:2' }), cron('c:2')], []],
    ['tracking alone', [deployment()], [deployment({ annotations: { 'argocd.argoproj.io/tracking-id': 'x' } })], []],
    ['a field', [deployment()], [deployment({ replicas: 3, image: 'shop:2' })], ['Deployment shop/web: spec.replicas']],
    [
      'a field in a list',
      [deployment()],
      [deployment({ env: 'y' })],
      ['Deployment shop/web: spec.template.spec.containers[0].env[0].value'],
    ],
    [
      'a key with dots',
      [deployment()],
      [deployment({ annotations: { 'example.com/note': 'x' } })],
      ['Deployment shop/web: metadata.annotations[example.com/note]'],
    ],
    ['an image that is no container’s', [{ ...config('a'), data: { image: 'x' } }], [config('a')], ['ConfigMap shop/a: data.image']],
    ['an object that came and one that went', [config('a')], [config('b')], ['ConfigMap shop/a: removed', 'ConfigMap shop/b: added']],
    [
      'a list of another length',
      [deployment()],
      [{ ...deployment(), spec: { replicas: 2, template: { spec: { containers: [], initContainers: [{ name: 'init', image: 'x' }] } } } }],
      ['Deployment shop/web: spec.template.spec.containers'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(compareRenderings(before, after)).toEqual(expected);
  });
});
