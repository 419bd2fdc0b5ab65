import type { RepoAccess } from '../git/commit.ts';
import type { Sha } from '../kernel/refs.ts';
import type { ApplicationSource } from '../resources/application.ts';
import type { KubeObject } from '../resources/meta.ts';

/** What to render: one source of one Application at one commit. `namespace` is put on objects that lack one, where their kind has one. */
export type RenderRequest = {
  readonly repo: RepoAccess;
  readonly revision: Sha;
  readonly source: ApplicationSource;
  readonly application: { readonly name: string; readonly namespace: string };
};

/** Manifests as the tool printed them, in its order; the source tree's id makes equal inputs recognisable. */
export type Rendering =
  | { readonly kind: 'rendered'; readonly revision: Sha; readonly tool: 'directory' | 'kustomize'; readonly objects: readonly KubeObject[] }
  | { readonly kind: 'refused'; readonly because: string };
