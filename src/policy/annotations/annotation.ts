/** Where a key may stand: on an Application, before an alias and a dot on an Application, or on a Rollout. */
export type Level = 'application' | 'image' | 'rollout';

/** One annotation. Parsing, the reference in the docs and `windlass check` read it from here. */
export type Annotation = {
  readonly levels: readonly Level[];
  /** What its text is, in one or two words. */
  readonly type: string;
  /** The text that counts where nothing is written; absent where nothing written means nothing. */
  readonly preset?: string;
  /** What happens where nothing is written and there is no preset. */
  readonly otherwise?: string;
  /** Whose it is: read under both prefixes, or under `windlass.dev/` alone. */
  readonly since: 'Image Updater v0.18' | 'Windlass';
  /** What Image Updater v1.3 reads otherwise (`compat: v1`), where it does. */
  readonly v1?: string;
  readonly allowed: string;
  readonly meaning: string;
};

/** Whose reading counts where Image Updater's versions differ: v0.18 or v1.3. */
export type Compat = 'v0' | 'v1';
