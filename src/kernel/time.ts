/** A moment as ISO 8601 text in UTC (`2026-01-31T12:00:00.000Z`). */
export type Time = string;

/** Epoch milliseconds, as the pure rooms receive `now`. */
export type Millis = number;

export function timeOf(ms: Millis): Time {
  return new Date(ms).toISOString();
}

/** Kubernetes' metav1.Time: RFC 3339 with whole seconds. */
export function kubeTime(ms: Millis): Time {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Epoch milliseconds of a time; NaN for text that is none. */
export function millisOf(time: Time): Millis {
  return Date.parse(time);
}
