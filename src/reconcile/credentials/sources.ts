import type { ImageName } from '../../kernel/image.ts';
import type { Credential } from '../../kernel/secret.ts';
import type { KubeObject } from '../../resources/meta.ts';

/** How long what a script printed may be used, in ms (absent: until it is refused), and whether it was refused just now. */
export type Keeping = { readonly forMs?: number; readonly refused?: boolean };

/** Where credentials come from: Secrets of the permitted namespaces, variables and programs that the settings name. */
export type CredentialSources = {
  readonly secret: (namespace: string, name: string) => KubeObject | undefined;
  readonly secrets: () => readonly KubeObject[];
  readonly env: (name: string) => string | undefined;
  /** Runs a script of the settings' directory. Throws `Failure`. Absent: there is no directory. */
  readonly script?: (path: string, keeping: Keeping) => Promise<Credential>;
  /** What the mounted docker configuration says for an image. Throws `Failure`. Absent: none is mounted. */
  readonly dockerConfig?: (image: ImageName) => Promise<Credential | undefined>;
  /** Names of the pull secrets with which pods of a namespace run the image. */
  readonly podSecrets?: (namespace: string, image: ImageName) => readonly string[];
};

export type NoCredential = { readonly because: string };
