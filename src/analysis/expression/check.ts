import { builtins } from './builtins.ts';
import { signatures } from './builtin.ts';
import { checkBinary } from './check-operators.ts';
import { functions } from './environment.ts';
import type { GoType } from './go-type.ts';
import { elementOf, elementType, isAssignable, isInteger, isNumber, kindOf } from './go-type.ts';
import { checkMethod, methodOf } from './methods.ts';
import { predicateNamed, predicates } from './predicates.ts';
import { refuse } from './refusal.ts';
import type { BuiltinNode, MemberNode, Node } from './tree.ts';

/** What the checker found out: the static type of every part, and the integer literals that stand where a float64 is asked for. */
export type Checked = { readonly types: ReadonlyMap<Node, GoType>; readonly floats: ReadonlySet<Node> };

type Known = { readonly type: GoType; readonly items?: GoType | undefined };
type Scope = { readonly variables: ReadonlyMap<string, Known>; readonly pointers: Readonly<Record<string, GoType>> | undefined };
type Of<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>;

/** Checks a whole condition against the type of this result, every branch of it, as expr 1.15.5 compiles it; throws a refusal. */
export function checkCondition(root: Node, result: GoType): Checked {
  const checker = new Checker(result);
  checker.visit(root, { variables: new Map(), pointers: undefined });
  return { types: checker.types, floats: checker.floats };
}

class Checker {
  readonly types = new Map<Node, GoType>();
  readonly floats = new Set<Node>();
  readonly #result: GoType;

  constructor(result: GoType) {
    this.#result = result;
  }

  visit(node: Node, scope: Scope): Known {
    const known = this.#check(node, scope);
    this.types.set(node, known.type);
    return known;
  }

  #type(node: Node, scope: Scope): GoType {
    return this.visit(node, scope).type;
  }

  #check(node: Node, scope: Scope): Known {
    switch (node.kind) {
      case 'name':
        return this.#name(node.name, scope);
      case 'chain':
        return this.visit(node.of, scope);
      case 'let':
        return this.#declaration(node, scope);
      case 'array':
        return { type: '[]any', items: this.#items(node.items, scope) };
      default:
        return { type: this.#plain(node, scope) };
    }
  }

  #plain(node: Exclude<Node, Of<'name' | 'chain' | 'let' | 'array'>>, scope: Scope): GoType {
    switch (node.kind) {
      case 'nil':
      case 'bool':
      case 'int':
        return node.kind;
      case 'float':
        return 'float64';
      case 'text':
        return 'string';
      case 'pointer':
        return this.#pointer(node, scope);
      case 'closure':
        return this.#closure(node, scope);
      default:
        return this.#composed(node, scope);
    }
  }

  #composed(node: Of<'unary' | 'binary' | 'choice' | 'member' | 'slice' | 'call' | 'builtin' | 'map'>, scope: Scope): GoType {
    switch (node.kind) {
      case 'unary':
        return this.#unary(node, scope);
      case 'binary': {
        const left = this.#type(node.left, scope);
        const right = this.visit(node.right, scope);
        return checkBinary(node, { left, right: right.type, items: right.items });
      }
      case 'choice':
        return this.#choice(node, scope);
      case 'member':
        return this.#member(node, scope);
      case 'slice':
        return this.#slice(node, scope);
      case 'call':
        return this.#call(node, scope);
      case 'builtin':
        return this.#builtin(node, scope);
      case 'map':
        return this.#map(node, scope);
    }
  }

  #name(name: string, scope: Scope): Known {
    const variable = scope.variables.get(name);
    if (variable !== undefined) return variable;
    if (name === '$env') return { type: 'map[string]any' };
    return { type: this.#global(name) ?? refuse(`unknown name ${name}`) };
  }

  #global(name: string): GoType | undefined {
    if (name === 'result') return this.#result;
    const known = Object.hasOwn(functions, name) || Object.hasOwn(builtins, name) || Object.hasOwn(predicates, name);
    return known ? `func ${name}` : undefined;
  }

  #declaration({ name, value, body }: Of<'let'>, scope: Scope): Known {
    if (this.#global(name) !== undefined || scope.variables.has(name)) refuse(`cannot redeclare ${name}`);
    const held = this.visit(value, scope);
    return this.visit(body, { ...scope, variables: new Map([...scope.variables, [name, held]]) });
  }

  /** The one type that all the literal elements have, by kind. */
  #items(items: readonly Node[], scope: Scope): GoType | undefined {
    const types = items.map((item) => this.#type(item, scope));
    const uniform = types.length === 1 || types.every((type) => type !== 'nil' && kindOf(type) === kindOf(types[0] ?? 'nil'));
    return uniform && types.at(-1) !== 'nil' ? types.at(-1) : undefined;
  }

  #pointer({ name }: Of<'pointer'>, { pointers }: Scope): GoType {
    if (pointers === undefined || !Object.hasOwn(pointers, name)) return refuse(`unknown pointer #${name}`);
    return pointers[name] ?? 'any';
  }

  #closure({ body }: Of<'closure'>, scope: Scope): GoType {
    const type = this.#type(body, scope);
    return type === 'nil' ? refuse('a closure cannot be nil') : type;
  }

  #unary({ operator, operand }: Of<'unary'>, scope: Scope): GoType {
    const type = this.#type(operand, scope);
    const logical = operator === '!' || operator === 'not';
    if (type === 'any') return logical ? 'bool' : 'any';
    const fits = logical ? type === 'bool' : isNumber(type);
    return fits ? type : refuse(`invalid operation: ${operator} (mismatched type ${type})`);
  }

  #choice({ condition, then, otherwise }: Of<'choice'>, scope: Scope): GoType {
    const asked = this.#type(condition, scope);
    if (asked !== 'bool' && asked !== 'any') refuse(`non-bool expression (type ${asked}) used as condition`);
    const [first, second] = [this.#type(then, scope), this.#type(otherwise, scope)];
    if (first === 'nil') return second;
    return second === 'nil' || isAssignable(first, second) ? first : 'any';
  }

  #member(node: MemberNode, scope: Scope): GoType {
    const base = this.#type(node.of, scope);
    const key = this.#type(node.property, scope);
    const field = node.property.kind === 'text' ? node.property.value : undefined;
    if (node.of.kind === 'name' && node.of.name === '$env') return this.#environmentField(field, node.optional);
    if (field !== undefined && methodOf(base, field) !== undefined) return `func ${field}`;
    return (
      elementType(base, key) ?? refuse(field === undefined ? `type ${base}[${key}] is undefined` : `type ${base} has no field ${field}`)
    );
  }

  #environmentField(field: string | undefined, optional: boolean): GoType {
    if (field === undefined) return 'any';
    return this.#global(field) ?? (optional ? 'any' : refuse(`unknown name ${field}`));
  }

  #slice({ of, from, to }: Of<'slice'>, scope: Scope): GoType {
    const type = this.#type(of, scope);
    if (type !== 'any' && type !== 'string' && kindOf(type) !== 'slice') refuse(`cannot slice ${type}`);
    for (const bound of [from, to]) {
      const held = bound === undefined ? 'int' : this.#type(bound, scope);
      if (held !== 'any' && !isInteger(held)) refuse(`non-integer slice index ${held}`);
    }
    return type;
  }

  #call({ callee, args }: Of<'call'>, scope: Scope): GoType {
    const type = this.#type(callee, scope);
    const types = args.map((argument) => this.#type(argument, scope));
    if (type === 'any') return 'any';
    const name = kindOf(type) === 'func' ? type.slice('func '.length) : refuse(`a ${type} is not callable`);
    const method = callee.kind === 'member' ? methodOf(this.types.get(callee.of) ?? 'nil', name) : undefined;
    if (method !== undefined) return checkMethod(name, method, types);
    return this.#functionCall(name, args, types);
  }

  #functionCall(name: string, args: readonly Node[], types: readonly GoType[]): GoType {
    const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
    if (builtin !== undefined) return builtin.check(types);
    const signature = Object.hasOwn(functions, name) ? functions[name]?.signature : undefined;
    if (signature === undefined) return refuse(`${name} cannot be called here`);
    const result = signatures(name, signature)(types);
    args.forEach((argument, at) => {
      if (signature[0][at] === 'float64' && isInteger(types[at] ?? 'nil')) this.#readAsFloat(argument);
    });
    return result;
  }

  /** Integer literals where a float64 is asked for are floats, through signs and + - *. */
  #readAsFloat(node: Node): void {
    if (node.kind === 'int') this.floats.add(node);
    if (node.kind === 'unary') this.#readAsFloat(node.operand);
    if (node.kind !== 'binary' || !['+', '-', '*'].includes(node.operator)) return;
    this.#readAsFloat(node.left);
    this.#readAsFloat(node.right);
  }

  #builtin({ name, args }: BuiltinNode, scope: Scope): GoType {
    const predicate = predicateNamed(name);
    const [collection, closure, initial] = args;
    if (predicate === undefined || collection === undefined || closure === undefined) return this.#plainBuiltin(name, args, scope);
    const type = this.#type(collection, scope);
    if (type !== 'any' && kindOf(type) !== 'slice') refuse(`${name} takes only an array (got ${type})`);
    const answer = this.#type(closure, { ...scope, pointers: { ...predicate.pointers, '': itemType(type) } });
    if (predicate.asks && !['bool', 'any'].includes(answer)) refuse(`the predicate of ${name} should return boolean (got ${answer})`);
    if (initial !== undefined) this.#type(initial, scope);
    return predicate.result(type, answer);
  }

  #plainBuiltin(name: string, args: readonly Node[], scope: Scope): GoType {
    const [of, field] = args;
    if (name === 'get' && of?.kind === 'name' && of.name === '$env' && field?.kind === 'text') return this.#global(field.value) ?? 'nil';
    const types = args.map((argument) => this.#type(argument, scope));
    return this.#functionCall(name, args, types);
  }

  #map({ pairs }: Of<'map'>, scope: Scope): GoType {
    for (const { key, value } of pairs) {
      this.visit(key, scope);
      this.visit(value, scope);
    }
    return 'map[string]any';
  }
}

function itemType(collection: GoType): GoType {
  return collection === 'any' ? 'any' : elementOf(collection);
}
