import type { Hold, Verdict } from '../../src/kernel/hold.ts';
import type { GitPlace } from '../../src/kernel/place.ts';
import { placeKey } from '../../src/kernel/place.ts';
import { millisOf } from '../../src/kernel/time.ts';
import type { Trailers } from '../../src/kernel/trailers.ts';
import type { PlaceChange, PlaceHistory } from '../../src/policy/choice.ts';
import type { PlaceFacts, VerdictFacts } from '../../src/verdict/facts.ts';
import { context, digest } from './canary.ts';

export const now = millisOf('2026-01-31T12:06:00Z');
export const image = 'ghcr.io/team/shop';
export const otherImage = 'ghcr.io/team/web';

export function placeOf(name: string): GitPlace {
  return {
    repo: 'git.example/team/env',
    branch: 'main',
    file: 'shop/kustomization.yaml',
    path: ['images', { key: 'name', is: name }, 'newTag'],
  };
}
export const place = placeOf(image);

export const failed: Verdict = {
  id: 'run-1',
  at: '2026-01-31T12:05:00Z',
  cluster: 'prod',
  rollout: { cluster: 'prod', group: 'argoproj.io', kind: 'Rollout', namespace: 'shop', name: 'web' },
  application: context.application,
  template: 'bad',
  images: [{ image, tag: '1.4.3', digests: [digest('b')] }],
  kind: 'failed',
  evidence: { metric: '5xx', value: 0.5, limit: 'successCondition result[0] < 0.05' },
};

/** Trailers of a commit of ours that wrote this tag. */
export function ours(tag: string, letter?: string, at: GitPlace = place, name = image): Trailers {
  const fixed = letter === undefined ? [] : [['Windlass-Digest', digest(letter)] as const];
  return [
    ['Windlass-Application', 'argocd/shop'],
    ['Windlass-Place', placeKey(at)],
    ['Windlass-Image', `${name}:${tag}`],
    ...fixed,
    ['Windlass-Reason', 'newer'],
  ];
}

/** A history of values, newest first, each written by us with the digest letter where one stands behind it (`1.4.2 a`), else by a person (`1.4.2 -`). */
export function historyOf(writes: readonly string[], at: GitPlace = place, name = image): PlaceHistory {
  const values = writes.map((write) => write.split(' ')[0] ?? '');
  const changes = writes.map((write, index): PlaceChange => {
    const [value = '', letter] = write.split(' ');
    return {
      commit: String(index).repeat(40),
      author: letter === '-' ? 'Ann' : 'windlass',
      at: '2026-01-31T11:00:00Z',
      trailers: letter === '-' ? [] : ours(value, letter, at, name),
      before: values[index + 1] ?? null,
      after: value,
    };
  });
  return { complete: true, changes };
}

export function placeFacts(changes: Partial<PlaceFacts> = {}): PlaceFacts {
  return {
    place,
    image,
    current: { tag: '1.4.3' },
    digests: [digest('d')],
    history: historyOf(['1.4.3 d', '1.4.2 a', '1.4.1 9']),
    readers: [],
    ...changes,
  };
}

/** Facts under which the failed verdict lowers 1.4.3 to 1.4.2. */
export function factsOf(changes: Partial<VerdictFacts> = {}): VerdictFacts {
  return {
    places: [placeFacts()],
    stable: [{ image, tag: '1.4.2', digests: [digest('a')] }],
    holds: [],
    settledVerdicts: [],
    served: { [`${image}:1.4.2`]: digest('a') },
    renderedDifference: [],
    rolloutNow: 'aborted',
    lowerings: [],
    ...changes,
  };
}

export const holdOf = (changes: Partial<Hold> = {}): Hold => ({
  place,
  image,
  tag: '1.4.2',
  digests: [],
  verdict: 'run-0',
  because: 'it failed',
  since: '2026-01-30T00:00:00Z',
  ...changes,
});
