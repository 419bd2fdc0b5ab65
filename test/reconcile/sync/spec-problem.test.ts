import { describe, expect, it } from 'vitest';
import { desire } from '../../../src/reconcile/sync/desired.ts';
import type { SyncContext } from '../../../src/reconcile/sync/context.ts';
import { refOf } from '../../../src/resources/meta.ts';
import { application } from '../../sync/model.ts';

/** Nobody may be asked: what stands in the Application is enough. */
const context = {} as SyncContext;

const repoURL = 'https://charts.example.com/stable';
const several = 'spec.sources: Applications with several sources are not supported yet; expected spec.source';
const elsewhere =
  'spec.destination: got "edge-1", expected https://kubernetes.default.svc or name in-cluster: other clusters are not supported yet';

describe('what an Application says is judged before its repository is asked', () => {
  it.each([
    [
      'a chart',
      { source: { repoURL, chart: 'redis', targetRevision: '1.4.2' } },
      'ComparisonError',
      /^spec\.source\.chart is set: Helm is not rendered yet/,
    ],
    [
      'a block of Helm',
      { source: { repoURL, path: 'a', helm: { releaseName: 'a' } } },
      'ComparisonError',
      /^spec\.source\.helm is set: Helm/,
    ],
    [
      'an OCI artifact',
      { source: { repoURL: 'oci://r.example.com/shop', path: '.' } },
      'ComparisonError',
      /^spec\.source\.repoURL is an OCI artifact/,
    ],
    ['several sources', { sources: [{ repoURL, path: 'a' }] }, 'InvalidSpecError', several],
    [
      'a hydrator, whatever stands beside it',
      { source: { repoURL, path: 'a' }, sourceHydrator: { drySource: { repoURL } } },
      'InvalidSpecError',
      'spec.sourceHydrator is set: branches are not hydrated yet; expected spec.source',
    ],
    ['no source', { source: undefined }, 'InvalidSpecError', 'spec.source: got nothing, expected the repository of the manifests'],
    ['another cluster', { destination: { name: 'edge-1' } }, 'InvalidSpecError', elsewhere],
  ])('%s', async (_, spec, type, message) => {
    const resource = application({ spec });
    const desired = await desire(context, { ref: refOf(resource.raw, 'here'), resource }, false, new AbortController().signal);
    const expected = typeof message === 'string' ? message : (expect.stringMatching(message) as string);
    expect(desired).toEqual({ kind: 'unknown', condition: { type, message: expected } });
  });
});
