import { builtins } from './builtins.ts';
import { readNumeral } from './numeral.ts';
import { predicates } from './predicates.ts';
import { refuse } from './refusal.ts';
import type { Token } from './tokens.ts';
import { readTokens } from './tokens.ts';
import type { Node } from './tree.ts';

const unary: Readonly<Record<string, number>> = { not: 50, '!': 50, '-': 90, '+': 90 };

const precedences: ReadonlyMap<string, number> = new Map([
  ['|', 0],
  ...['or', '||'].map((operator) => [operator, 10] as const),
  ...['and', '&&'].map((operator) => [operator, 15] as const),
  ...['==', '!=', '<', '>', '>=', '<=', 'in', 'matches', 'contains', 'startsWith', 'endsWith'].map((operator) => [operator, 20] as const),
  ['..', 25],
  ...['+', '-'].map((operator) => [operator, 30] as const),
  ...['*', '/', '%'].map((operator) => [operator, 60] as const),
  ...['**', '^'].map((operator) => [operator, 100] as const),
  ['??', 500],
]);

const deepest = 200;
const longest = 20_000;

/** Parses a condition with the grammar of expr 1.15.5 (precedences, pipes, closures, `let`); throws a refusal. */
export function parseCondition(source: string): Node {
  if (source.length > longest) refuse(`a condition is longer than ${longest} characters`);
  return new Parser(readTokens(source)).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;
  #closures = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Node {
    const node = this.#expression(0);
    return this.#current.kind === 'end' ? node : this.#unexpected();
  }

  get #current(): Token {
    return this.#tokens[this.#position] ?? refuse('unexpected end of expression');
  }

  #next(): Token {
    const token = this.#current;
    if (token.kind === 'end') refuse('unexpected end of expression');
    this.#position += 1;
    return token;
  }

  #sees(kind: 'operator' | 'bracket', text: string): boolean {
    return this.#current.kind === kind && this.#current.text === text;
  }

  #takes(kind: 'operator' | 'bracket', text: string): boolean {
    if (!this.#sees(kind, text)) return false;
    this.#next();
    return true;
  }

  #expect(kind: 'operator' | 'bracket', text: string): void {
    if (!this.#takes(kind, text)) this.#unexpected();
  }

  #unexpected(): never {
    const { kind, text } = this.#current;
    return refuse(kind === 'end' ? 'unexpected end of expression' : `unexpected token ${JSON.stringify(text)}`);
  }

  #expression(precedence: number): Node {
    this.#depth += 1;
    if (this.#depth > deepest) refuse(`a condition is nested deeper than ${deepest}`);
    const node = precedence === 0 && this.#sees('operator', 'let') ? this.#declaration() : this.#operation(precedence);
    this.#depth -= 1;
    return node;
  }

  #operation(precedence: number): Node {
    let left = this.#primary();
    let previous = '';
    while (this.#current.kind === 'operator') {
      // expr 1.15.5 takes the word `not` here even where no operator of this level follows.
      const negated = this.#takes('operator', 'not');
      const operator = this.#current.text;
      const strength = this.#strength();
      if (strength === undefined || strength < precedence) break;
      this.#next();
      if (previous === '??' && operator !== '??' && operator !== '|') refuse(`${operator} and ?? cannot be mixed without parentheses`);
      left = operator === '|' ? this.#pipe(left) : this.#binary(operator, left, negated);
      previous = operator;
    }
    return precedence === 0 ? this.#choices(left) : left;
  }

  #strength(): number | undefined {
    return this.#current.kind === 'operator' ? precedences.get(this.#current.text) : undefined;
  }

  #binary(operator: string, left: Node, negated: boolean): Node {
    const strength = precedences.get(operator) ?? 0;
    const rightAssociative = operator === '**' || operator === '^';
    const right = this.#expression(rightAssociative ? strength : strength + 1);
    const node: Node = { kind: 'binary', operator, left, right };
    return negated ? { kind: 'unary', operator: 'not', operand: node } : node;
  }

  #declaration(): Node {
    this.#expect('operator', 'let');
    const name = this.#identifier();
    this.#expect('operator', '=');
    const value = this.#expression(0);
    this.#expect('operator', ';');
    return { kind: 'let', name, value, body: this.#expression(0) };
  }

  #identifier(): string {
    return this.#current.kind === 'identifier' ? this.#next().text : this.#unexpected();
  }

  #choices(first: Node): Node {
    let node = first;
    while (this.#takes('operator', '?')) {
      const condition = node;
      const then: Node = this.#sees('operator', ':') ? condition : this.#expression(0);
      this.#expect('operator', ':');
      node = { kind: 'choice', condition, then, otherwise: this.#expression(0) };
    }
    return node;
  }

  #primary(): Node {
    const token = this.#current;
    const strength = token.kind === 'operator' && Object.hasOwn(unary, token.text) ? unary[token.text] : undefined;
    if (strength !== undefined) {
      this.#next();
      return this.#postfix({ kind: 'unary', operator: token.text, operand: this.#expression(strength) });
    }
    if (this.#takes('bracket', '(')) {
      const inner = this.#expression(0);
      this.#expect('bracket', ')');
      return this.#postfix(inner);
    }
    if (this.#sees('operator', '#') || this.#sees('operator', '.')) return this.#postfix(this.#pointer());
    return this.#secondary();
  }

  #pointer(): Node {
    if (this.#closures === 0) refuse('# and a leading dot have a meaning only inside a closure');
    const named = this.#takes('operator', '#') && this.#current.kind === 'identifier';
    return { kind: 'pointer', name: named ? this.#next().text : '' };
  }

  #secondary(): Node {
    const token = this.#current;
    if (token.kind === 'number') return readNumeral(this.#next().text);
    if (token.kind === 'string') return { kind: 'text', value: this.#next().text };
    if (token.kind === 'identifier') return this.#named();
    if (this.#sees('bracket', '[')) return this.#postfix(this.#array());
    if (this.#sees('bracket', '{')) return this.#postfix(this.#map());
    return this.#unexpected();
  }

  #named(): Node {
    const name = this.#next().text;
    if (name === 'true' || name === 'false') return { kind: 'bool', value: name === 'true' };
    if (name === 'nil') return { kind: 'nil' };
    return this.#postfix(this.#sees('bracket', '(') ? this.#invocation(name, []) : { kind: 'name', name });
  }

  #pipe(piped: Node): Node {
    return this.#invocation(this.#identifier(), [piped]);
  }

  /** A call by name; a piped value is the first argument. */
  #invocation(name: string, given: readonly Node[]): Node {
    if (Object.hasOwn(predicates, name)) return { kind: 'builtin', name, args: this.#predicateArguments(name, given) };
    const args = [...given, ...this.#arguments()];
    return Object.hasOwn(builtins, name) ? { kind: 'builtin', name, args } : { kind: 'call', callee: { kind: 'name', name }, args };
  }

  #predicateArguments(name: string, given: readonly Node[]): readonly Node[] {
    this.#expect('bracket', '(');
    const args = [...given];
    if (args.length === 0) {
      args.push(this.#expression(0));
      this.#expect('operator', ',');
    }
    args.push(this.#closure());
    if (name === 'reduce' && this.#takes('operator', ',')) args.push(this.#expression(0));
    this.#expect('bracket', ')');
    return args;
  }

  #closure(): Node {
    const braced = this.#takes('bracket', '{');
    this.#closures += 1;
    const body = this.#expression(0);
    this.#closures -= 1;
    if (braced) this.#expect('bracket', '}');
    return { kind: 'closure', body };
  }

  #arguments(): readonly Node[] {
    this.#expect('bracket', '(');
    const args: Node[] = [];
    while (!this.#takes('bracket', ')')) {
      if (args.length > 0) this.#expect('operator', ',');
      args.push(this.#expression(0));
    }
    return args;
  }

  #array(): Node {
    this.#expect('bracket', '[');
    const items: Node[] = [];
    while (!this.#takes('bracket', ']')) {
      if (items.length > 0) this.#expect('operator', ',');
      if (items.length > 0 && this.#takes('bracket', ']')) break;
      items.push(this.#expression(0));
    }
    return { kind: 'array', items };
  }

  #map(): Node {
    this.#expect('bracket', '{');
    const pairs: { key: Node; value: Node }[] = [];
    while (!this.#takes('bracket', '}')) {
      if (pairs.length > 0) this.#expect('operator', ',');
      if (pairs.length > 0 && this.#takes('bracket', '}')) break;
      const key = this.#key();
      this.#expect('operator', ':');
      pairs.push({ key, value: this.#expression(0) });
    }
    return { kind: 'map', pairs };
  }

  #key(): Node {
    const { kind } = this.#current;
    if (kind === 'number' || kind === 'string' || kind === 'identifier') return { kind: 'text', value: this.#next().text };
    return this.#sees('bracket', '(') ? this.#expression(0) : this.#unexpected();
  }

  #postfix(first: Node): Node {
    let node = first;
    for (;;) {
      if (this.#sees('operator', '.') || this.#sees('operator', '?.')) node = this.#member(node);
      else if (this.#takes('bracket', '[')) node = this.#index(node);
      else return node;
    }
  }

  #member(node: Node): Node {
    const optional = this.#next().text === '?.';
    const token = this.#next();
    if (token.kind !== 'identifier' && !/^\p{L}/u.test(token.kind === 'operator' ? token.text : '')) refuse('expected name');
    const chained = node.kind === 'chain';
    const of = chained ? node.of : node;
    const member: Node = { kind: 'member', of, property: { kind: 'text', value: token.text }, optional };
    const read: Node = this.#sees('bracket', '(') ? { kind: 'call', callee: member, args: this.#arguments() } : member;
    return chained || optional ? { kind: 'chain', of: read } : read;
  }

  #index(of: Node): Node {
    if (this.#takes('operator', ':')) return this.#sliceTo(of, undefined);
    const from = this.#expression(0);
    if (this.#takes('operator', ':')) return this.#sliceTo(of, from);
    this.#expect('bracket', ']');
    return { kind: 'member', of, property: from, optional: false };
  }

  #sliceTo(of: Node, from: Node | undefined): Node {
    const to = this.#sees('bracket', ']') ? undefined : this.#expression(0);
    this.#expect('bracket', ']');
    return { kind: 'slice', of, from, to };
  }
}
