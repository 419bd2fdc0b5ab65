import type { Provider } from './provider.ts';

export const acr: Provider = {
  title: 'Azure Container Registry',
  matches: (hostname) => /\.azurecr\.(?:io|cn|us)$/.test(hostname),
  // Listing, manifests and blobs ask for one each: one token for all.
  actions: ['pull', 'metadata_read', 'content_read'],
  webhook: 'acr',
};
