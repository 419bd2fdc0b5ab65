import type { Provider } from './provider.ts';

export const harbor: Provider = { title: 'Harbor', matches: () => false, webhook: 'harbor' };
