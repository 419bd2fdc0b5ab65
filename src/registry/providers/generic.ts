import type { Provider } from './provider.ts';

/** Any registry of the OCI distribution specification 1.1. */
export const generic: Provider = { title: 'OCI registry', matches: () => false, webhook: 'distribution' };
