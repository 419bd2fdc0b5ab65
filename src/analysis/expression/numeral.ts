import { refuse } from './refusal.ts';
import type { Node } from './tree.ts';

const greatest = 2n ** 63n - 1n;

/** The node of a number token: int where it has neither a dot nor an exponent, else float64. Octal and binary are refused as expr 1.15.5 does. */
export function readNumeral(token: string): Node {
  const text = token.replaceAll('_', '');
  if (text.includes('x')) return readInteger(text, /^0x[0-9a-fA-F]+$/);
  if (!/[.eE]/.test(text)) return readInteger(text, /^[0-9]+$/);
  if (!/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) refuse(`invalid float literal ${token}`);
  const value = Number(text);
  return Number.isFinite(value) ? { kind: 'float', value } : refuse(`float literal ${token} is out of range`);
}

function readInteger(text: string, grammar: RegExp): Node {
  if (!grammar.test(text)) refuse(`invalid integer literal ${text}`);
  const value = BigInt(text);
  return value <= greatest ? { kind: 'int', value } : refuse(`integer literal ${text} is too large`);
}
