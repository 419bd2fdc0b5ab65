/** Keeps the `size` most recently used values. */
export function createCache<Value>(size: number): { get(key: string): Value | undefined; set(key: string, value: Value): void } {
  const held = new Map<string, Value>();
  return {
    get: (key) => {
      const value = held.get(key);
      if (value !== undefined) {
        held.delete(key);
        held.set(key, value);
      }
      return value;
    },
    set: (key, value) => {
      held.delete(key);
      held.set(key, value);
      const oldest = held.size > size ? held.keys().next().value : undefined;
      if (oldest !== undefined) held.delete(oldest);
    },
  };
}
