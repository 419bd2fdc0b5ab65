import type { Provider } from './provider.ts';

/** JFrog Artifactory. The `Link` of a virtual repository lacks its prefix (RTFACT-18971): only its query leads on. It lists no push times. */
export const artifactory: Provider = {
  title: 'Artifactory',
  matches: (hostname) => hostname.endsWith('.jfrog.io'),
  link: 'query',
  webhook: 'jfrog',
};
