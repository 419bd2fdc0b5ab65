import type { Provider } from './provider.ts';

export const gitlab: Provider = { title: 'GitLab', matches: (hostname) => hostname === 'registry.gitlab.com', webhook: 'gitlab' };
