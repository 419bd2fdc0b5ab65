import type { Body } from '../kernel/json.ts';
import type { KubeObject } from '../resources/meta.ts';

/** Percent of the requests that each side gets, 0 to 100; together 100. */
type Weights = { readonly canary: number; readonly stable: number };

/** What a router needs to know beside the weights: the Services of the two sides and the router's settings in the Rollout. */
type Sides = { readonly canaryService: string; readonly stableService: string; readonly settings: Body };

/**
 * How a mesh or an ingress carries weights: an object of its kind and the weights give the JSON merge patch that makes it so, 'nothing'
 * where it carries them already. A router without objects leaves the weights to replica counts.
 */
export type Router = {
  /** Objects that carry the weights, by group, kind and name; the loop reads them from the Rollout's namespace. */
  readonly objects: (sides: Sides) => readonly { readonly group: string; readonly kind: string; readonly name: string }[];
  readonly patch: (object: KubeObject, weights: Weights, sides: Sides) => Body | 'nothing';
};
