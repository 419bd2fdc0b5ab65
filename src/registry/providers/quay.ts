import type { Provider } from './provider.ts';

export const quay: Provider = {
  title: 'Quay',
  matches: (hostname) => hostname === 'quay.io',
  // More has been an error (413 TOO_MANY_TAGS_REQUESTED).
  pageSize: 100,
  webhook: 'quay',
};
