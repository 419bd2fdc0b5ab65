/** A table of names and whole milliseconds, in the order of the story. */
export function describeDurations(times: Readonly<Record<string, number>>): string {
  const names = Object.keys(times);
  const width = Math.max(0, ...names.map((name) => name.length));
  return names.map((name) => `${name.padEnd(width)}  ${String(Math.round(times[name] ?? 0)).padStart(6)} ms`).join('\n');
}
