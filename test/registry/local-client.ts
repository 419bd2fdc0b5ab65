import type { RegistryClient, RegistryClientOptions } from '../../src/registry/client.ts';
import { createRegistryClient } from '../../src/registry/client.ts';

/** A client that may ask servers of this machine, and does not wait long before it tries again. */
export function createLocalClient(options: RegistryClientOptions = {}): RegistryClient {
  return createRegistryClient({ allowAddress: () => true, retryMs: 1, ...options });
}
