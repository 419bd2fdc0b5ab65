export type Counts = { readonly canary: number; readonly stable: number };

type Split = { readonly total: number; readonly weight: number; readonly max: number };

/**
 * Pods of each side that come nearest to `weight` of `max`. Where a surge is allowed, one pod above `replicas` may be used to come
 * nearer. Between 0 and `max` both sides keep at least one pod, except for a single replica without surge. Argo Rollouts v1.9,
 * reference: basic canary, target split.
 */
export function splitByWeight(replicas: number, weight: number, max: number, surge: number): Counts {
  const zeroAllowed = weight === 0 || weight === max || (replicas === 1 && surge === 0);
  const totals = surge > 0 ? [replicas, replicas + 1] : [replicas];
  const options = totals.flatMap((total) => optionsFor({ total, weight, max }, zeroAllowed, total > replicas));
  const distance = ({ canary, stable }: Counts) => Math.abs((canary * max) / (canary + stable) - weight);
  const [first, ...others] = options;
  if (first === undefined) return { canary: 0, stable: replicas };
  // The first of equally near splits wins: fewer pods before more.
  return others.reduce((best, option) => (distance(option) < distance(best) ? option : best), first);
}

function optionsFor({ total, weight, max }: Split, zeroAllowed: boolean, surged: boolean): Counts[] {
  const wanted = (total * weight) / max;
  const ceil = Math.ceil(wanted);
  const floor = Math.floor(wanted);
  const options: Counts[] = [];
  if (zeroAllowed || ceil < total) options.push({ canary: ceil, stable: total - ceil });
  const equidistant = !surged && ceil - wanted === wanted - floor;
  if (!equidistant && (floor !== 0 || zeroAllowed)) options.push({ canary: floor, stable: total - floor });
  return options;
}
