import { compileMatcher } from './match.ts';
import { outside, parseError } from './refusal.ts';
import { durationMs, readTokens, type Token } from './tokens.ts';
import type { Expression, Matcher } from './tree.ts';

const aggregations: ReadonlySet<string> = new Set(['sum', 'avg', 'min', 'max', 'count']);
export const comparisons: ReadonlySet<string> = new Set(['==', '!=', '>', '<', '>=', '<=']);
const functions: ReadonlySet<string> = new Set(['rate', 'increase', 'scalar', 'vector']);

/** Weakest first; all of one level group to the left. */
const levels: readonly ReadonlySet<string>[] = [new Set(['or']), comparisons, new Set(['+', '-']), new Set(['*', '/'])];

const foreignWords: ReadonlySet<string> = new Set(['and', 'unless', 'offset', 'on', 'ignoring', 'group_left', 'group_right', 'atan2']);
const tokenNames: Readonly<Partial<Record<Token['kind'], string>>> = {
  word: 'identifier ',
  number: 'number ',
  text: 'string ',
  duration: 'duration ',
};
const deepest = 100;

/** Parses a query of the subset; throws a QueryRefusal that names what is outside it. */
export function parseQuery(query: string): Expression {
  return new Parser(readTokens(query)).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    const expression = this.#level(0);
    return this.#current.kind === 'end' ? expression : this.#unexpected();
  }

  get #current(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: '' };
  }

  #next(): Token {
    const token = this.#current;
    this.#position += 1;
    return token;
  }

  #sees(text: string): boolean {
    return this.#current.text === text && (this.#current.kind === 'sign' || this.#current.kind === 'word');
  }

  #takes(text: string): boolean {
    const seen = this.#sees(text);
    if (seen) this.#position += 1;
    return seen;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) this.#unexpected();
  }

  #unexpected(): never {
    const { kind, text } = this.#current;
    if (kind === 'end') return parseError(this.#position === 0 ? 'no expression found in input' : 'unexpected end of input');
    const foreign = foreignWords.has(text) || text === '@' || text === '%' || text === '^' || text === ':';
    return foreign ? outside(JSON.stringify(text)) : parseError(`unexpected ${tokenNames[kind] ?? ''}${JSON.stringify(text)}`);
  }

  #level(index: number): Expression {
    const operators = levels[index];
    if (operators === undefined) return this.#unary();
    let left = this.#level(index + 1);
    while (this.#current.kind !== 'text' && operators.has(this.#current.text)) {
      const operator = this.#next().text;
      const bool = comparisons.has(operator) && this.#takes('bool');
      left = { kind: 'binary', operator, bool, left, right: this.#level(index + 1) };
    }
    return left;
  }

  #unary(): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) parseError(`a query is nested deeper than ${deepest}`);
    const negative = this.#takes('-');
    const plain = negative || this.#takes('+');
    const of = plain ? this.#unary() : this.#ranged();
    this.#depth -= 1;
    return negative ? { kind: 'negation', of } : of;
  }

  #ranged(): Expression {
    const of = this.#primary();
    if (!this.#takes('[')) return of;
    if (of.kind !== 'selector') return outside('a range of anything but a selector');
    const { kind, text } = this.#next();
    // Prometheus 3 takes a number for seconds.
    if (kind !== 'duration' && kind !== 'number') parseError(`unexpected ${JSON.stringify(text)} in subquery or range selector`);
    const rangeMs = kind === 'number' ? Number(text) * 1000 : durationMs(text);
    if (!(rangeMs > 0)) parseError('duration must be greater than 0');
    this.#expect(']');
    return { ...of, rangeMs };
  }

  #primary(): Expression {
    const { kind, text } = this.#current;
    if (kind === 'number') return { kind: 'number', value: Number(this.#next().text) };
    if (kind === 'text') return { kind: 'text', value: this.#next().text };
    if (kind === 'duration') return outside('a duration as a number');
    if (this.#takes('(')) {
      const inner = this.#level(0);
      this.#expect(')');
      return inner;
    }
    if (text === '{' && kind === 'sign') return this.#selector(undefined);
    return kind === 'word' ? this.#word() : this.#unexpected();
  }

  #word(): Expression {
    if (foreignWords.has(this.#current.text)) this.#unexpected();
    const name = this.#next().text;
    if (/^(?:inf|nan)$/i.test(name)) return { kind: 'number', value: /^inf$/i.test(name) ? Infinity : NaN };
    if (aggregations.has(name) && (this.#sees('(') || this.#sees('by') || this.#sees('without'))) return this.#aggregation(name);
    if (!this.#sees('(')) return this.#selector(name);
    if (!functions.has(name)) return outside(`the function ${name}`);
    this.#expect('(');
    const of = this.#level(0);
    this.#expect(')');
    return { kind: 'call', name, of };
  }

  #aggregation(operator: string): Expression {
    const before = this.#grouping();
    this.#expect('(');
    const of = this.#level(0);
    if (this.#sees(',')) outside('an aggregation with a parameter');
    this.#expect(')');
    const grouping = before ?? this.#grouping() ?? { by: true, labels: [] };
    return { kind: 'aggregation', operator, grouping, of };
  }

  #grouping(): { readonly by: boolean; readonly labels: readonly string[] } | undefined {
    const by = this.#sees('by');
    if (!by && !this.#sees('without')) return undefined;
    this.#next();
    this.#expect('(');
    const labels: string[] = [];
    while (!this.#takes(')')) {
      const { kind, text } = this.#next();
      if (kind !== 'word') parseError(`unexpected ${tokenNames[kind] ?? ''}${JSON.stringify(text)} in grouping opts`);
      labels.push(text);
      if (!this.#takes(',') && !this.#sees(')')) this.#unexpected();
    }
    return { by, labels };
  }

  #selector(name: string | undefined): Expression {
    const named: Matcher[] = name === undefined ? [] : [{ label: '__name__', operator: '=', value: name }];
    const matchers = [...named, ...(this.#takes('{') ? this.#matchers() : [])];
    // Prometheus refuses a selector that an empty label set could match.
    if (!matchers.some((matcher) => !compileMatcher(matcher)({})))
      parseError('vector selector must contain at least one non-empty matcher');
    return { kind: 'selector', matchers, rangeMs: undefined };
  }

  #matchers(): readonly Matcher[] {
    const matchers: Matcher[] = [];
    while (!this.#takes('}')) {
      matchers.push(this.#matcher());
      if (!this.#takes(',') && !this.#sees('}')) this.#unexpected();
    }
    return matchers;
  }

  #matcher(): Matcher {
    const label = this.#current.kind === 'word' ? this.#next().text : this.#unexpected();
    const operator = this.#operator();
    const value = this.#current.kind === 'text' ? this.#next().text : this.#unexpected();
    return { label, operator, value };
  }

  #operator(): Matcher['operator'] {
    const { text } = this.#next();
    if (text === '=' || text === '!=' || text === '=~' || text === '!~') return text;
    return parseError(`unexpected ${JSON.stringify(text)} in label matching, expected one of =, !=, =~, !~`);
  }
}
