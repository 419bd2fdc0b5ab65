import type { Millis } from '../../kernel/time.ts';
import { builtins } from './builtins.ts';
import { compilePattern } from './check-operators.ts';
import type { Checked } from './check.ts';
import { constantOf } from './constant.ts';
import { functions } from './environment.ts';
import { cut, fetchMember, textKey } from './fetch.ts';
import type { GoValue } from './go-value.ts';
import { GoFunction, GoInt, GoMap, GoSlice, GoTime, isNil, typeOf } from './go-value.ts';
import { methodOf } from './methods.ts';
import { isEqual, negate, operations, toInt } from './operate.ts';
import { predicateNamed } from './predicates.ts';
import { refuse } from './refusal.ts';
import { itemsToVisit, runPredicate, search } from './run-predicate.ts';
import type { BinaryNode, BuiltinNode, MemberNode, Node } from './tree.ts';

export type Given = { readonly result: GoValue; readonly now: Millis };

type Pointer = { readonly item: GoValue; readonly index: number; readonly acc: GoValue };
type Scope = { readonly variables: ReadonlyMap<string, GoValue>; readonly pointer: Pointer | undefined };
type Of<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>;

const mostSteps = 1_000_000;
const longestRange = 1_000_000n;
/** What an optional chain holds after its `?.` met nil. */
const broken = Symbol('broken');

/** Evaluates a checked condition on a result; throws a refusal, also after a million steps. */
export function evaluateCondition(root: Node, checked: Checked, given: Given): GoValue {
  return new Evaluator(checked, given).run(root, { variables: new Map(), pointer: undefined });
}

class Evaluator {
  readonly #checked: Checked;
  readonly #given: Given;
  #steps = 0;

  constructor(checked: Checked, given: Given) {
    this.#checked = checked;
    this.#given = given;
  }

  run(node: Node, scope: Scope): GoValue {
    this.#spend(1);
    switch (node.kind) {
      case 'nil':
        return null;
      case 'bool':
      case 'float':
      case 'text':
        return node.value;
      case 'int':
        return this.#checked.floats.has(node) ? Number(node.value) : new GoInt(node.value);
      case 'name':
        return this.#name(node.name, scope);
      case 'pointer':
        return pointed(node.name, scope.pointer);
      case 'closure':
        return this.run(node.body, scope);
      default:
        return this.#compose(node, scope);
    }
  }

  #compose(node: Exclude<Node, Of<'nil' | 'bool' | 'int' | 'float' | 'text' | 'name' | 'pointer' | 'closure'>>, scope: Scope): GoValue {
    switch (node.kind) {
      case 'unary':
        return this.#unary(node, scope);
      case 'binary':
        return this.#binary(node, scope);
      case 'choice':
        return this.run(truth(this.run(node.condition, scope)) ? node.then : node.otherwise, scope);
      case 'let':
        return this.run(node.body, { ...scope, variables: new Map([...scope.variables, [node.name, this.run(node.value, scope)]]) });
      case 'slice':
        return cut(
          this.run(node.of, scope),
          node.from === undefined ? new GoInt(0n) : this.run(node.from, scope),
          node.to === undefined ? undefined : this.run(node.to, scope),
        );
      case 'builtin':
        return this.#builtin(node, scope);
      default:
        return this.#structure(node, scope);
    }
  }

  #structure(node: Of<'array' | 'map' | 'chain' | 'member' | 'call'>, scope: Scope): GoValue {
    if (node.kind === 'array') return new GoSlice(node.items.map((item) => this.run(item, scope)));
    if (node.kind === 'map') {
      return new GoMap(node.pairs.map(({ key, value }) => [mapKey(this.run(key, scope)), this.run(value, scope)] as const));
    }
    const held = this.#link(node.kind === 'chain' ? node.of : node, scope);
    return held === broken ? null : held;
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > mostSteps) refuse(`a condition takes more than ${mostSteps} steps`);
  }

  #name(name: string, scope: Scope): GoValue {
    const variable = scope.variables.get(name);
    if (variable !== undefined) return variable;
    if (name === 'result') return this.#given.result;
    return name === '$env' ? this.#environment() : new GoFunction(name);
  }

  #environment(): GoMap {
    const named = Object.keys(functions).map((name) => [name, new GoFunction(name)] as const);
    return new GoMap([['result', this.#given.result], ...named]);
  }

  #unary({ operator, operand }: Of<'unary'>, scope: Scope): GoValue {
    const value = this.run(operand, scope);
    if (operator === '-') return negate(value);
    return operator === '+' ? value : !truth(value);
  }

  #binary(node: BinaryNode, scope: Scope): GoValue {
    switch (node.operator) {
      case 'and':
      case '&&':
        return this.#logical(node, scope, false);
      case 'or':
      case '||':
        return this.#logical(node, scope, true);
      case '??':
        return this.#coalesce(node, scope);
      case 'in':
        return this.#isIn(node, this.run(node.left, scope), scope);
      case '..':
        return this.#range(toInt(this.run(node.left, scope)), toInt(this.run(node.right, scope)));
      default:
        return this.#operate(node, this.run(node.left, scope), this.run(node.right, scope));
    }
  }

  /** `and` and `or`: `decisive` is the value of the left side that decides. A constant side decides or vanishes before anything runs. */
  #logical({ left, right }: BinaryNode, scope: Scope, decisive: boolean): GoValue {
    const [first, second] = [constantOf(left), constantOf(right)];
    if (first === !decisive) return this.run(right, scope);
    if (second === !decisive) return this.run(left, scope);
    if (first === decisive || second === decisive) return decisive;
    return truth(this.run(left, scope)) === decisive ? decisive : this.run(right, scope);
  }

  #operate(node: BinaryNode, left: GoValue, right: GoValue): GoValue {
    if (node.operator === 'matches') return matches(left, right);
    if (node.operator === '==') this.#checkPromise(node, left, right);
    const operation = operations[node.operator] ?? refuse(`unknown operator ${node.operator}`);
    return operation(left, right);
  }

  /** Two sides that were promised as int or as string are refused when one turns out to be nil. */
  #checkPromise(node: BinaryNode, left: GoValue, right: GoValue): void {
    const promised = this.#checked.types.get(node.left);
    if ((promised !== 'int' && promised !== 'string') || this.#checked.types.get(node.right) !== promised) return;
    for (const value of [left, right]) {
      if (typeOf(value) !== promised) refuse(`a ${typeOf(value)} stands where ${promised} was promised`);
    }
  }

  #range(from: bigint, to: bigint): GoValue {
    if (to - from >= longestRange) refuse(`a range holds more than ${longestRange} numbers`);
    const size = to < from ? 0 : Number(to - from) + 1;
    this.#spend(size);
    return new GoSlice(
      Array.from({ length: size }, (_, index) => new GoInt(from + BigInt(index))),
      '[]int',
    );
  }

  #coalesce({ left, right }: BinaryNode, scope: Scope): GoValue {
    const value = this.run(left, scope);
    return isNil(value) ? this.run(right, scope) : value;
  }

  #isIn(node: BinaryNode, needle: GoValue, scope: Scope): boolean {
    const literalTexts =
      node.right.kind === 'array' && node.right.items.length > 0 && node.right.items.every((item) => item.kind === 'text');
    // expr 1.15.5 turns an array of literal texts into a set, whose keys can only be texts.
    const wanted = literalTexts ? textKey(needle) : needle;
    const held = this.run(node.right, scope);
    if (held === null) return false;
    if (held instanceof GoSlice) return held.items.some((item) => isEqual(item, wanted));
    if (held instanceof GoMap) return held.has(held.type.startsWith('map[string]') ? textKey(wanted) : wanted);
    return held instanceof GoTime && typeof wanted === 'string' ? false : refuse(`operator "in" is not defined on ${typeOf(held)}`);
  }

  #builtin(node: BuiltinNode, scope: Scope): GoValue {
    const [collection, closure, initial] = node.args;
    if (predicateNamed(node.name) !== undefined && collection !== undefined && closure !== undefined) {
      const items = itemsToVisit(this.run(collection, scope));
      const start = initial === undefined ? undefined : this.run(initial, scope);
      return runPredicate(node.name, items, (pointer) => this.run(closure, { ...scope, pointer }), start);
    }
    const backwards = node.name === 'last';
    if (backwards || node.name === 'first') {
      const found = this.#firstOfFilter(collection, backwards, scope);
      if (found !== undefined) return found.item ?? null;
    }
    return this.#callFunction(
      node.name,
      node.args.map((argument) => this.run(argument, scope)),
    );
  }

  /** The first or last element that a `filter` lets through, without looking at the others; undefined for anything but a filter. */
  #firstOfFilter(node: Node | undefined, backwards: boolean, scope: Scope): { readonly item: GoValue | undefined } | undefined {
    const [collection, closure] = node?.kind === 'builtin' && node.name === 'filter' ? node.args : [];
    if (collection === undefined || closure === undefined) return undefined;
    const items = itemsToVisit(this.run(collection, scope));
    const index = search(items, (pointer) => this.run(closure, { ...scope, pointer }), backwards);
    return { item: index === undefined ? undefined : (items[index] ?? null) };
  }

  #callFunction(name: string, args: readonly GoValue[]): GoValue {
    const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
    if (builtin !== undefined) return builtin.run(args, this.#given.now);
    const added = Object.hasOwn(functions, name) ? functions[name] : undefined;
    return added === undefined ? refuse(`${name} is no function`) : added.run(args, this.#given.result);
  }

  /** A member or a call of a chain; `broken` passes through to the end of the chain. */
  #link(node: Node, scope: Scope): GoValue | typeof broken {
    if (node.kind === 'call') return this.#call(node, scope);
    return node.kind === 'member' ? this.#member(node, scope) : this.run(node, scope);
  }

  #member(node: MemberNode, scope: Scope): GoValue | typeof broken {
    const end = node.optional ? undefined : constantOf(node.property);
    if (end instanceof GoInt && (end.value === 0n || end.value === -1n)) {
      const found = this.#firstOfFilter(node.of, end.value === -1n, scope);
      if (found !== undefined) return found.item ?? refuse('index is out of range');
    }
    const base = this.#link(node.of, scope);
    if (base === broken || (node.optional && isNil(base))) return broken;
    return fetchMember(base, this.run(node.property, scope));
  }

  #call({ callee, args }: Of<'call'>, scope: Scope): GoValue | typeof broken {
    const values = args.map((argument) => this.run(argument, scope));
    if (callee.kind !== 'member') return this.#callValue(this.run(callee, scope), values);
    const base = this.#link(callee.of, scope);
    if (base === broken || (callee.optional && isNil(base))) return broken;
    const key = this.run(callee.property, scope);
    const method = typeof key === 'string' ? methodOf(typeOf(base), key) : undefined;
    if (method !== undefined) return method.run(base, values);
    return this.#callValue(fetchMember(base, key), values);
  }

  #callValue(value: GoValue, args: readonly GoValue[]): GoValue {
    return value instanceof GoFunction ? this.#callFunction(value.name, args) : refuse(`a ${typeOf(value)} cannot be called`);
  }
}

function pointed(name: string, pointer: Pointer | undefined): GoValue {
  if (pointer === undefined) return refuse('# stands outside a closure');
  if (name === 'acc') return pointer.acc;
  return name === 'index' ? new GoInt(BigInt(pointer.index)) : pointer.item;
}

function truth(value: GoValue): boolean {
  return typeof value === 'boolean' ? value : refuse(`a ${typeOf(value)} stands where a bool is asked for`);
}

function mapKey(value: GoValue): string {
  return typeof value === 'string' ? value : refuse(`a ${typeOf(value)} cannot be the key of a map`);
}

function matches(left: GoValue, right: GoValue): boolean {
  if (typeof left !== 'string' || typeof right !== 'string') return refuse(`invalid operation: ${typeOf(left)} matches ${typeOf(right)}`);
  return compilePattern(right).matcher(left).find();
}
