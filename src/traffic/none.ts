import type { Router } from './router.ts';

/** No router: requests follow the plain Service, so the weight is the canary's share of the pods. */
export const none: Router = { objects: () => [], patch: () => 'nothing' };
