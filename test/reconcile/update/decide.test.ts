import { describe, expect, it } from 'vitest';
import { readWatches } from '../../../src/policy/annotations.ts';
import { Application } from '../../../src/resources/application.ts';
import { readResource } from '../../../src/resources/meta.ts';
import { decide } from '../../../src/reconcile/update/decide.ts';

const ref = { cluster: 'c', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'shop' };
const place = { repo: 'git.example.com/acme/deploy', branch: 'main', file: 'shop/kustomization.yaml', path: ['images'] };

/** The readers of one place: one Application with these annotations. */
function readersOf(annotations: Readonly<Record<string, string>>) {
  const read = readResource(Application, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: ref.name, namespace: ref.namespace },
    spec: { source: { repoURL: 'https://git.example.com/acme/deploy', path: 'shop' }, destination: {}, project: 'default' },
  });
  const wishes = readWatches(ref, { 'windlass.dev/image-list': 'web=ghcr.io/acme/shop:~1', ...annotations });
  if (read.kind !== 'read' || wishes.kind !== 'watched') throw new Error(JSON.stringify([read, wishes]));
  const { watches, paused } = wishes;
  const subscription = {
    ...{ app: { ref, resource: read.resource }, repo: { url: 'https://git.example.com/acme/deploy' }, repoId: place.repo },
    ...{ branch: 'main', target: { kind: 'kustomization' as const, directory: 'shop' }, watches, paused, warnings: [] },
  };
  return watches.map((watch) => ({ subscription, watch }));
}

class Asked extends Error {}

/** What becomes of 1.0 in Git where 1.1 is listed; a decision that is not stopped asks for facts. */
async function decided(annotations: Readonly<Record<string, string>>): Promise<string> {
  const listing = { image: 'ghcr.io/acme/shop', tags: ['1.0', '1.1'], complete: true, observedAt: '2026-01-01T00:00:00.000Z' };
  const state = { place, current: { tag: '1.0' }, readers: readersOf(annotations), access: { apiUrl: 'https://ghcr.io' }, listing };
  const located = { holds: [] };
  const context = { ports: { clock: { now: () => 0 } }, listings: { facts: () => Promise.reject(new Asked()) } };
  const asking = { state, located, context, histories: () => Promise.reject(new Asked()) };
  try {
    return (await decide(asking as unknown as Parameters<typeof decide>[0], [])).choice.because;
  } catch (thrown) {
    if (thrown instanceof Asked) return 'goes on';
    throw thrown;
  }
}

describe('a pause of the Application', () => {
  const paused = 'windlass.dev/paused';
  const own = 'windlass.dev/web.paused';

  it.each([
    ['stops an image without its own key', { [paused]: 'true' }, '1.0 stays: 1.1 waits, because windlass.dev/paused is set'],
    ['does not stop an image whose own key says false', { [paused]: 'true', [own]: 'false' }, 'goes on'],
    [
      'is the image’s own where only that is set',
      { [paused]: 'false', [own]: 'true' },
      '1.0 stays: 1.1 waits, because windlass.dev/web.paused is set',
    ],
  ])('%s', async (_, annotations, expected) => {
    expect(await decided(annotations)).toBe(expected);
  });
});
