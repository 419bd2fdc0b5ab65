import type { Problem } from './problem.ts';

/** Looks a name up in a closed table. An unknown name is a problem that lists the keys, never a silent default. */
export function lookUp<Entry>(table: Readonly<Record<string, Entry>>, name: string, at: string): { entry: Entry } | { problem: Problem } {
  const entry = Object.hasOwn(table, name) ? table[name] : undefined;
  if (entry !== undefined) return { entry };
  return { problem: { at, got: JSON.stringify(name), expected: `one of ${Object.keys(table).join(', ')}` } };
}
