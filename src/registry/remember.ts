/** Puts an entry at the end of a map that holds at most `limit`; the oldest one goes. */
export function remember<Value>(map: Map<string, Value>, key: string, entry: { readonly value: Value; readonly limit: number }): void {
  map.delete(key);
  map.set(key, entry.value);
  const [oldest] = map.keys();
  if (map.size > entry.limit && oldest !== undefined) map.delete(oldest);
}
