import { RE2JS } from 're2js';
import { sentenceOf } from '../../kernel/failure.ts';
import { constantOf } from './constant.ts';
import type { GoType } from './go-type.ts';
import { elementOf, isAssignable, isComparable, isInteger, isNumber, keyOf, kindOf, mayFit } from './go-type.ts';
import { GoInt } from './go-value.ts';
import { refuse } from './refusal.ts';
import type { BinaryNode } from './tree.ts';

/** Types of the operands; `items` is the common type of the literal elements of an array on the right. */
type Operands = { readonly left: GoType; readonly right: GoType; readonly items: GoType | undefined };
type Rule = (operands: Operands) => GoType | undefined;

const isBool = (type: GoType): boolean => type === 'bool';
const isText = (type: GoType): boolean => type === 'string';
const isTime = (type: GoType): boolean => type === 'time.Time';
const isDuration = (type: GoType): boolean => type === 'time.Duration';

function both({ left, right }: Operands, accepts: (type: GoType) => boolean): boolean {
  return accepts(left) && accepts(right);
}

/** The type of an arithmetic result: float64 wins, integers of one kind keep the left type. */
function combined({ left, right }: Operands): GoType {
  if (kindOf(left) === kindOf(right)) return left;
  return left === 'float64' || right === 'float64' ? 'float64' : 'int';
}

function giving(result: GoType, ...accepted: readonly ((type: GoType) => boolean)[]): Rule {
  return (operands) => {
    const fits = accepted.some((accepts) => both(operands, accepts));
    return fits || mayFit(operands.left, operands.right, (type) => accepted.some((accepts) => accepts(type))) ? result : undefined;
  };
}

function arithmetic(more: (operands: Operands) => GoType | undefined, ...accepted: readonly ((type: GoType) => boolean)[]): Rule {
  return (operands) => {
    if (both(operands, isNumber)) return combined(operands);
    const other = more(operands);
    if (other !== undefined) return other;
    return mayFit(operands.left, operands.right, (type) => isNumber(type) || accepted.some((accepts) => accepts(type))) ? 'any' : undefined;
  };
}

function sumOfTimes({ left, right }: Operands): GoType | undefined {
  if (isText(left) && isText(right)) return 'string';
  return (isTime(left) && isDuration(right)) || (isDuration(left) && isTime(right)) ? 'time.Time' : undefined;
}

function differenceOfTimes({ left, right }: Operands): GoType | undefined {
  if (isTime(left) && isTime(right)) return 'time.Duration';
  return isTime(left) && isDuration(right) ? 'time.Time' : undefined;
}

function remainder(operands: Operands): GoType | undefined {
  if (both(operands, isInteger)) return combined(operands);
  return mayFit(operands.left, operands.right, isInteger) ? 'any' : undefined;
}

function coalesce({ left, right }: Operands): GoType {
  if (left === 'nil') return right;
  return right === 'nil' || isAssignable(right, left) ? left : 'any';
}

function isMember({ left, right, items }: Operands): boolean {
  switch (kindOf(right)) {
    case 'map':
      return ['nil', 'any', keyOf(right)].includes(left) || keyOf(right) === 'any';
    case 'slice':
      return isComparable(left, elementOf(right)) && isComparable(left, items ?? 'nil');
    case 'struct':
      return isText(left) || left === 'any';
    default:
      return right === 'any' || (left === 'any' && isText(right));
  }
}

const compared = giving('bool', isNumber, isText, isTime);
const logical = giving('bool', isBool);
const equality: Rule = ({ left, right }) => (isComparable(left, right) ? 'bool' : undefined);
const power = giving('float64', isNumber);
const textual = giving('bool', isText);

const rules: Readonly<Record<string, Rule>> = {
  '==': equality,
  '!=': equality,
  and: logical,
  '&&': logical,
  or: logical,
  '||': logical,
  '<': compared,
  '>': compared,
  '<=': compared,
  '>=': compared,
  '+': arithmetic(sumOfTimes, isText, isTime, isDuration),
  '-': arithmetic(differenceOfTimes, isTime),
  '*': arithmetic(() => undefined),
  '/': giving('float64', isNumber),
  '**': power,
  '^': power,
  '%': remainder,
  in: (operands) => (isMember(operands) ? 'bool' : undefined),
  matches: textual,
  contains: textual,
  startsWith: textual,
  endsWith: textual,
  '..': giving('[]int', isInteger),
  '??': coalesce,
};

/** Type of the result of a binary operator; refuses operands that do not fit it, a bad literal pattern and a literal `% 0`. */
export function checkBinary(node: BinaryNode, operands: Operands): GoType {
  if (node.operator === 'matches' && node.right.kind === 'text') compilePattern(node.right.value);
  if (node.operator === '%') checkDivisor(node);
  const type = rules[node.operator]?.(operands);
  return type ?? refuse(`invalid operation: ${node.operator} (mismatched types ${operands.left} and ${operands.right})`);
}

function checkDivisor({ left, right }: BinaryNode): void {
  const divisor = constantOf(right);
  if (divisor instanceof GoInt && divisor.value === 0n && constantOf(left) instanceof GoInt) refuse('integer divide by zero');
}

/** A pattern of RE2, whose matching takes linear time. */
export function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (thrown) {
    return refuse(sentenceOf(thrown));
  }
}
