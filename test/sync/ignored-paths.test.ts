import { describe, expect, it } from 'vitest';
import { keepPointer } from '../../src/sync/ignored-paths.ts';
import { application, ModelCluster, object, run, targets } from './model.ts';

const web = (spec: object, metadata: object = {}) => {
  const made = object('Deployment', 'web', { spec });
  return { ...made, metadata: { ...made.metadata, ...metadata } };
};

describe('a field that is ignored, and left alone when applying', () => {
  it.each([
    ['has the live value', '/spec/replicas', web({ replicas: 1, paused: true }), web({ replicas: 7 }), web({ replicas: 7, paused: true })],
    ['goes where the live object has none', '/spec/replicas', web({ replicas: 1, paused: true }), web({}), web({ paused: true })],
    ['stays away where Git has none', '/spec/replicas', web({ paused: true }), web({ replicas: 7 }), web({ paused: true })],
    [
      'may stand in a list',
      '/spec/a/1/b',
      web({ a: [{ b: 1 }, { b: 2, c: 3 }] }),
      web({ a: [{ b: 8 }, { b: 9 }] }),
      web({ a: [{ b: 1 }, { b: 9, c: 3 }] }),
    ],
    [
      'may have a slash in its name',
      '/metadata/labels/a~1b',
      web({}, { labels: { 'a/b': 'git' } }),
      web({}, { labels: { 'a/b': 'live' } }),
      web({}, { labels: { 'a/b': 'live' } }),
    ],
    [
      'is never what says whose the object is',
      '/metadata/annotations',
      web({}, { annotations: { mine: 'git' } }),
      web({}, { annotations: {} }),
      web({}, { annotations: { mine: 'git' } }),
    ],
    ['is never the metadata', '/metadata', web({}, { labels: { a: 'git' } }), web({}), web({}, { labels: { a: 'git' } })],
  ] as const)('%s', (...[, pointer, target, live, kept]) => {
    expect(keepPointer(target, live, pointer)).toEqual(kept);
  });

  it.each([
    ['with the option', ['RespectIgnoreDifferences=true'], 7],
    ['not without it', [], 1],
  ])('when another field differs: %s', (_, syncOptions, replicas) => {
    const ignoreDifferences = [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }];
    const app = application({ spec: { ignoreDifferences, syncPolicy: { automated: {}, syncOptions } } });
    const model = new ModelCluster(...targets(web({ replicas: 7, paused: false })));
    run(model, targets(web({ replicas: 1, paused: true })), app);
    expect([...model.objects.values()][0]).toMatchObject({ spec: { replicas, paused: true } });
  });
});
