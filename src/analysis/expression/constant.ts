import { GoInt } from './go-value.ts';
import { negate, operations } from './operate.ts';
import type { BinaryNode, Node } from './tree.ts';

type Constant = boolean | number | string | GoInt;

const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '**', '^']);

/**
 * The value of a part that needs no measurement, as expr 1.15.5 folds it before it runs: literals, their arithmetic, == between
 * equal types, and `and`, `or` and `not` over what is constant. Undefined for everything else.
 */
export function constantOf(node: Node): Constant | undefined {
  switch (node.kind) {
    case 'bool':
    case 'float':
    case 'text':
      return node.value;
    case 'int':
      return new GoInt(node.value);
    case 'unary':
      return unaryConstant(node.operator, constantOf(node.operand));
    case 'binary':
      return binaryConstant(node);
    default:
      return undefined;
  }
}

function unaryConstant(operator: string, operand: Constant | undefined): Constant | undefined {
  if (operator === '!' || operator === 'not') return typeof operand === 'boolean' ? !operand : undefined;
  if (typeof operand !== 'number' && !(operand instanceof GoInt)) return undefined;
  return operator === '-' ? asConstant(negate(operand)) : operand;
}

function binaryConstant({ operator, left: leftNode, right: rightNode }: BinaryNode): Constant | undefined {
  const [left, right] = [constantOf(leftNode), constantOf(rightNode)];
  const logical = logicalConstant(operator, left, right);
  if (logical !== undefined || left === undefined || right === undefined) return logical;
  return isFolded(operator, left, right) ? asConstant(operations[operator]?.(left, right)) : undefined;
}

/** Whether an operator is computed in advance for two constants. */
function isFolded(operator: string, left: Constant, right: Constant): boolean {
  if (operator === '==') return typeof left === typeof right && typeof left !== 'number';
  if (operator === '%') return left instanceof GoInt && right instanceof GoInt && right.value !== 0n;
  if (typeof left === 'string' && typeof right === 'string') return operator === '+';
  return arithmetic.has(operator) && isNumeric(left) && isNumeric(right);
}

function isNumeric(value: Constant): boolean {
  return typeof value === 'number' || value instanceof GoInt;
}

/** `x and false` is false and `x or true` is true without looking at x. */
function logicalConstant(operator: string, left: Constant | undefined, right: Constant | undefined): boolean | undefined {
  const isAnd = operator === 'and' || operator === '&&';
  if (!isAnd && operator !== 'or' && operator !== '||') return undefined;
  if (left === !isAnd || right === !isAnd) return !isAnd;
  return left === isAnd && right === isAnd ? isAnd : undefined;
}

function asConstant(value: unknown): Constant | undefined {
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  return value instanceof GoInt ? value : undefined;
}
