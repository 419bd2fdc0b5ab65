import type { Provider } from './provider.ts';

export const gar: Provider = {
  title: 'Google Artifact Registry',
  matches: (hostname) => /(?:^|\.)gcr\.io$|-docker\.pkg\.dev$/.test(hostname),
  webhook: 'pubsub-gcr',
};
