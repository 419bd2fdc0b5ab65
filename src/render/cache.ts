/** Keeps the most recently used values, as many as weigh `most` together. */
export function createCache<Value>(most: number): {
  get(key: string): Value | undefined;
  set(key: string, value: Value, weight: number): void;
} {
  const held = new Map<string, { readonly value: Value; readonly weight: number }>();
  let total = 0;
  const drop = (key: string): void => {
    total -= held.get(key)?.weight ?? 0;
    held.delete(key);
  };
  return {
    get: (key) => {
      const entry = held.get(key);
      if (entry === undefined) return undefined;
      held.delete(key);
      held.set(key, entry);
      return entry.value;
    },
    set: (key, value, weight) => {
      drop(key);
      held.set(key, { value, weight });
      total += weight;
      for (const oldest of held.keys()) {
        if (total <= most || oldest === key) break;
        drop(oldest);
      }
    },
  };
}
