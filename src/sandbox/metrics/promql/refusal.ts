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

/** For what real PromQL has and this subset has not. */
export function outside(what: string): never {
  return badData(`${what} is outside the PromQL subset of the sandbox, which has ${subset}`);
}
