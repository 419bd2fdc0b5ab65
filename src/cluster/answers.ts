import type { KubeObject } from '../resources/meta.ts';

/** What became of an action. `conflict`: a precondition did not hold, or somebody else wrote first; the pass is discarded. */
export type Acted =
  | { readonly kind: 'done'; readonly object?: KubeObject }
  | { readonly kind: 'conflict'; readonly because: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly because: string };

/** A kind to read and watch, by group; the version is the server's preferred one. */
export type GroupKind = { readonly group: string; readonly kind: string };

export type WatchEvent = { readonly type: 'added' | 'modified' | 'deleted'; readonly object: KubeObject };
