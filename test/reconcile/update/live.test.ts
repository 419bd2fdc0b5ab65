import { describe, expect, it } from 'vitest';
import { Application } from '../../../src/resources/application.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';
import { readResource } from '../../../src/resources/meta.ts';
import type { Watch } from '../../../src/policy/choice.ts';
import type { Decided, Subscription } from '../../../src/reconcile/update/context.ts';
import { shadowOf } from '../../../src/reconcile/update/live.ts';

const head = 'a'.repeat(40);
const ref = { cluster: 'c', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'shop' };

type Case = {
  readonly written?: string;
  readonly current?: string;
  readonly digest?: string;
  readonly overrides?: readonly string[];
  readonly images?: readonly string[];
  readonly sync?: { readonly status: string; readonly revision: string };
  readonly watch?: Partial<Watch>;
};

function applicationOf({ overrides = [], images = [], sync = { status: 'Synced', revision: head } }: Case) {
  const raw: KubeObject = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: 'https://git.example.com/acme/deploy', path: 'shop', kustomize: { images: overrides } },
      destination: { namespace: 'shop', server: 'https://kubernetes.default.svc' },
    },
    status: { sync, summary: { images } },
  };
  const read = readResource(Application, raw);
  if (read.kind !== 'read') throw new Error(JSON.stringify(read.problems));
  return read.resource;
}

const raise: Decided['choice'] = {
  kind: 'raise',
  from: { tag: '1.0' },
  to: { tag: '1.1', digest: `sha256:${'b'.repeat(64)}`, children: [] },
  because: '1.1 is the newest version',
  tags: [{ tag: '1.1', verdict: 'chosen', because: 'newest' }],
};

function readerOf(given: Case): Decided['state']['readers'][number] {
  const written = given.written ?? 'ghcr.io/acme/shop';
  const watch: Watch = {
    application: ref,
    image: written,
    written,
    strategy: 'semver',
    allow: { kind: 'any' },
    ignore: [],
    forceUpdate: false,
    ...given.watch,
  };
  const subscription: Subscription = {
    app: { ref, resource: applicationOf(given) },
    repo: { url: 'https://git.example.com/acme/deploy' },
    repoId: 'git.example.com/acme/deploy',
    branch: 'main',
    target: { kind: 'kustomization', directory: 'shop' },
    watches: [watch],
    paused: false,
    warnings: [],
  };
  return { subscription, watch };
}

function decidedOf(cases: readonly Case[], choice: Decided['choice'] = raise): Decided {
  const readers = cases.map(readerOf);
  const place = { repo: 'git.example.com/acme/deploy', branch: 'main', file: 'shop/kustomization.yaml', path: ['images'] };
  const listing = { image: 'ghcr.io/acme/shop', tags: ['1.0', '1.1'], complete: true, observedAt: '2026-01-01T00:00:00.000Z' };
  const [first] = cases;
  const current = { tag: first?.current ?? '1.0', ...(first?.digest === undefined ? {} : { digest: first.digest }) };
  return {
    state: { place, current, readers, access: { apiUrl: 'https://ghcr.io' }, listing },
    question: { place, watches: readers.map(({ watch }) => watch), listing, current, facts: {}, holds: [] },
    choice,
  };
}

function outcomeOf(...cases: readonly Case[]): string {
  const { choice } = shadowOf(decidedOf(cases), head);
  return choice.kind === 'refused' ? choice.because : choice.kind;
}

const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const shown = ['ghcr.io/acme/shop:1.0', 'ghcr.io/acme/proxy:3'];
const hasOverride = (entry: string) =>
  `Shadowed: spec.source.kustomize.images holds ${entry}, which overrides what Git says; remove it to let Git decide`;

describe('a raise goes on where', () => {
  it.each<[string, Case]>([
    ['the rendering shows what Git says', { images: shown }],
    ['it shows it with a digest', { images: [`ghcr.io/acme/shop:1.0@sha256:${'c'.repeat(64)}`] }],
    ['it shows the digest that Git has', { digest: digestOf('c'), images: [`ghcr.io/acme/shop:1.0@${digestOf('c')}`] }],
    ['one of several containers shows it', { images: ['ghcr.io/acme/shop:0.9', 'ghcr.io/acme/shop:1.0'] }],
    ['Git’s head is not applied yet', { images: [], sync: { status: 'OutOfSync', revision: head } }],
    ['an older head is applied', { images: ['ghcr.io/acme/shop:0.9'], sync: { status: 'Synced', revision: 'b'.repeat(40) } }],
    ['force-update asks for it', { images: ['ghcr.io/acme/shop:0.9'], watch: { forceUpdate: true } }],
    ['another image is overridden', { images: shown, overrides: ['ghcr.io/acme/proxy:4', 'ghcr.io/acme/shop-extra=x:1'] }],
    ['another spelling of the image is shown', { written: 'docker.io/library/nginx', images: ['nginx:1.0'] }],
    ['an image of a registry with a port is shown', { written: 'reg:5000/shop', images: ['reg:5000/shop:1.0'] }],
  ])('%s', (_, given) => {
    expect(outcomeOf(given)).toBe('raise');
  });
});

describe('a raise is refused where', () => {
  it.each<[string, Case, string]>([
    ['the Application overrides the tag', { images: shown, overrides: ['ghcr.io/acme/shop:2.0'] }, hasOverride('ghcr.io/acme/shop:2.0')],
    [
      'the Application overrides the name',
      { images: shown, overrides: ['ghcr.io/acme/shop=mirror/shop:2.0'] },
      hasOverride('ghcr.io/acme/shop=mirror/shop:2.0'),
    ],
    [
      'the Application overrides the digest',
      { images: shown, overrides: ['ghcr.io/acme/shop@sha256:ab'] },
      hasOverride('ghcr.io/acme/shop@sha256:ab'),
    ],
    [
      'an override names a registry with a port',
      { written: 'reg:5000/shop', images: ['reg:5000/shop:1.0'], overrides: ['reg:5000/shop=reg:5000/other:2'] },
      hasOverride('reg:5000/shop=reg:5000/other:2'),
    ],
    [
      'an override names the entry that the watch writes',
      { images: shown, overrides: ['web=x:1'], watch: { kustomizeName: 'web' } },
      hasOverride('web=x:1'),
    ],
    [
      'the override stands, although force-update asks for the raise',
      { overrides: ['ghcr.io/acme/shop:2.0'], watch: { forceUpdate: true } },
      hasOverride('ghcr.io/acme/shop:2.0'),
    ],
    [
      'the rendering holds the image with another tag',
      { images: ['ghcr.io/acme/shop:0.9'] },
      'Shadowed: Git says 1.0, but what is rendered from it holds ghcr.io/acme/shop:0.9; nothing is raised here until the place shows',
    ],
    [
      'the rendering holds the tag with another digest',
      { digest: digestOf('c'), images: [`ghcr.io/acme/shop:1.0@${digestOf('d')}`] },
      `Shadowed: Git says 1.0@${digestOf('c')}, but what is rendered from it holds ghcr.io/acme/shop:1.0@${digestOf('d')}; nothing is raised here until the place shows`,
    ],
    [
      'the rendered tag only begins like Git’s',
      { images: ['ghcr.io/acme/shop:1.0.3'] },
      'Shadowed: Git says 1.0, but what is rendered from it holds ghcr.io/acme/shop:1.0.3; nothing is raised here until the place shows',
    ],
    [
      'the rendering does not hold the image',
      { images: ['ghcr.io/acme/proxy:3', 'ghcr.io/acme/shop-extra:1.0'] },
      'ghcr.io/acme/shop is not among the images of this Application (ghcr.io/acme/proxy:3, ghcr.io/acme/shop-extra:1.0); force-update: "true" writes it all the same',
    ],
    [
      'the rendering holds no image',
      {},
      'ghcr.io/acme/shop is not among the images of this Application (none); force-update: "true" writes it all the same',
    ],
  ])('%s', (_, given, because) => {
    expect(outcomeOf(given)).toBe(because);
  });

  it('one of several readers would not see it', () => {
    expect(outcomeOf({ images: shown }, { images: shown, overrides: ['ghcr.io/acme/shop:2.0'] })).toBe(
      hasOverride('ghcr.io/acme/shop:2.0'),
    );
  });

  it('and says so beside the verdict on every tag', () => {
    const { choice } = shadowOf(decidedOf([{ images: [] }]), head);
    expect(choice).toMatchObject({ kind: 'refused', tags: raise.tags });
  });
});

it('a choice that raises nothing is left alone', () => {
  const kept = decidedOf([{ overrides: ['ghcr.io/acme/shop:2.0'] }], { kind: 'keep', at: { tag: '1.0' }, because: 'newest', tags: [] });
  expect(shadowOf(kept, head)).toBe(kept);
});
