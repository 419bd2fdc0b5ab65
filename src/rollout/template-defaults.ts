import { type Body, isBody } from '../kernel/json.ts';

type Fill = (holder: Body) => unknown;

const constant =
  (value: unknown): Fill =>
  () =>
    value;

// The defaults of core/v1 (Kubernetes 1.34) that pod templates of Rollouts meet, by the field that holds them.
const podFills: Readonly<Record<string, Fill>> = {
  restartPolicy: constant('Always'),
  terminationGracePeriodSeconds: constant(30),
  dnsPolicy: constant('ClusterFirst'),
  securityContext: constant({}),
  schedulerName: constant('default-scheduler'),
  // Deprecated twin of serviceAccountName; the server writes both.
  serviceAccount: (pod) => pod['serviceAccountName'],
};
const containerFills: Readonly<Record<string, Fill>> = {
  terminationMessagePath: constant('/dev/termination-log'),
  terminationMessagePolicy: constant('File'),
  resources: constant({}),
  imagePullPolicy: (container) => pullPolicyOf(container['image']),
};
const probeFills: Readonly<Record<string, Fill>> = {
  timeoutSeconds: constant(1),
  periodSeconds: constant(10),
  successThreshold: constant(1),
  failureThreshold: constant(3),
};
const fillsByField: Readonly<Record<string, Readonly<Record<string, Fill>>>> = {
  spec: podFills,
  containers: containerFills,
  initContainers: containerFills,
  ports: { protocol: constant('TCP') },
  fieldRef: { apiVersion: constant('v1') },
  livenessProbe: probeFills,
  readinessProbe: probeFills,
  startupProbe: probeFills,
  httpGet: { scheme: constant('HTTP') },
  secret: { defaultMode: constant(420) },
  configMap: { defaultMode: constant(420) },
  projected: { defaultMode: constant(420) },
  downwardAPI: { defaultMode: constant(420) },
  hostPath: { type: constant('') },
};

/** A pod template without nulls and without what the API server would fill in, quantities in one spelling: for comparing, not for writing. */
export function withoutDefaults(template: unknown): unknown {
  return strip(template, '');
}

/** `field` is the name under which the value is held; items of a list are held under the name of the list. */
function strip(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((item) => strip(item, field));
  if (!isBody(value)) return value;
  if (field === 'limits' || field === 'requests')
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, amountOf(held)]));
  const fills = fillsByField[field] ?? {};
  const kept = Object.entries(value).filter(([key, held]) => held !== null && !isFill(fills[key], held, value));
  return Object.fromEntries(kept.map(([key, held]) => [key, strip(held, key)]));
}

function isFill(fill: Fill | undefined, held: unknown, holder: Body): boolean {
  if (fill === undefined) return false;
  const filled = fill(holder);
  return isBody(filled) ? isBody(held) && Object.keys(held).length === 0 : held === filled;
}

function pullPolicyOf(image: unknown): string {
  const text = typeof image === 'string' ? image : '';
  const last = text.slice(text.lastIndexOf('/') + 1);
  const untagged = !last.includes(':') && !last.includes('@');
  return untagged || (last.endsWith(':latest') && !last.includes('@')) ? 'Always' : 'IfNotPresent';
}

const factors: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A resource quantity as a number of its base unit: 0.5, "500m" and "0.5" are one amount. Other text stays as it is. */
function amountOf(quantity: unknown): unknown {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(quantity));
  const factor = factors[match?.[2] ?? ''];
  if (match === null || factor === undefined) return quantity;
  // Twelve digits: enough for any real amount, and past the noise of binary fractions.
  return Number((Number(match[1]) * factor).toPrecision(12));
}
