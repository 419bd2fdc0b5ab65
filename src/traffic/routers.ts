import type { Problem } from '../kernel/problem.ts';
import { lookUp } from '../kernel/table.ts';
import { none } from './none.ts';
import type { Router } from './router.ts';

/** Every traffic router, by its name under `spec.strategy.canary.trafficRouting`. A new one is a file and a line here. */
export const routers = { none } satisfies Record<string, Router>;

/** The names that a Rollout's validation may accept. */
export const routerNames: readonly string[] = Object.keys(routers);

/** The router of a name, or a problem that lists the names. */
export function routerOf(name: string): { readonly entry: Router } | { readonly problem: Problem } {
  return lookUp<Router>(routers, name, `spec.strategy.canary.trafficRouting.${name}`);
}
