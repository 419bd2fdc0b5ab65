/** A query that is not answered, with the error type of Prometheus' HTTP API. */
export class QueryRefusal extends Error {
  override readonly name = 'QueryRefusal';
  readonly type: 'bad_data' | 'execution';

  constructor(type: 'bad_data' | 'execution', message: string) {
    super(message);
    this.type = type;
  }
}

const subset =
  'selectors with label matchers, ranges, rate, increase, scalar, vector, sum, avg, min, max and count with by or without, + - * /, comparisons, or, and parentheses';

export function badData(because: string): never {
  throw new QueryRefusal('bad_data', because);
}

/** A query that cannot be understood; said as Prometheus says it, but for the place in the query. */
export function parseError(because: string): never {
  throw new QueryRefusal('bad_data', `invalid parameter "query": parse error: ${because}`);
}

const typeNames = { scalar: 'scalar', string: 'string', vector: 'instant vector', matrix: 'range vector' } as const;

/** What Prometheus calls a kind of value. */
export function typeName(kind: keyof typeof typeNames): string {
  return typeNames[kind];
}

/** For what real PromQL has and this subset has not. */
export function outside(what: string): never {
  return badData(`${what} is outside the PromQL subset of the sandbox, which has ${subset}`);
}
