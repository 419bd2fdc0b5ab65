import type { Provider } from './provider.ts';

export const dockerHub: Provider = {
  title: 'Docker Hub',
  matches: (hostname) => ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(hostname),
  quota: { limit: 'ratelimit-limit', remaining: 'ratelimit-remaining' },
  webhook: 'docker-hub',
};
