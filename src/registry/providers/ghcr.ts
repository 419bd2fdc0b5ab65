import type { Provider } from './provider.ts';

export const ghcr: Provider = {
  title: 'GitHub Container Registry',
  matches: (hostname) => hostname === 'ghcr.io',
  // Ten requests within 3 ms got nine 429s.
  inFlight: 2,
  quota: { limit: 'x-ratelimit-limit', remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset' },
  webhook: 'github-package',
};
