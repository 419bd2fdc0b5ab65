/** The answer to a row whose kind has no implementation here yet. */
export const notRun = Symbol('not run');

/** How one set of rows is asked: `answer` puts the input to the product, `equal` compares with what the peer answered. */
export type Adapter = {
  readonly answer: (input: Input) => unknown;
  readonly equal: (expected: unknown, answer: unknown) => boolean;
};

/** The input of a row; each adapter knows the fields of its set. */
export type Input = Readonly<Record<string, unknown>>;

export function textOf(input: Input, field: string): string {
  const value = input[field];
  return typeof value === 'string' ? value : '';
}
