/** Marks a branch that the types rule out; reached only when foreign data was trusted without parsing. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
