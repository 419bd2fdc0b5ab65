/**
 * A registry as an administrator describes it (`registries.hosts`, or an entry of Image Updater's registries.conf). `prefix` is a host or a
 * host with a path; the longest one that holds an image is its registry.
 */
export type RegistryHost = {
  readonly prefix: string;
  readonly apiUrl: string;
  readonly name?: string;
  /** `pullsecret:`, `secret:`, `env:` or `ext:`: bound to this registry by being written here (LOOP 20). */
  readonly credentials?: string;
  /** How long what an `ext:` script printed is used, in ms; absent: until the registry refuses it. */
  readonly credentialsExpire?: number;
  /** Put before names without a slash. */
  readonly defaultNamespace?: string;
  /** This registry is asked for images that are written without one. */
  readonly default?: boolean;
  /** Accepts any certificate. */
  readonly insecure?: boolean;
  /** A PEM file, or PEM text, with authorities that are trusted beside the system's. */
  readonly caFile?: string;
  readonly ca?: string;
  /** Requests begun per second at most. */
  readonly requestsPerSecond?: number;
  /** The row of the table of providers where the host does not tell, and the address of the provider's own API where it is elsewhere. */
  readonly provider?: string;
  readonly providerUrl?: string;
};
