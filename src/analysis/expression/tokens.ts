import { refuse } from './refusal.ts';
import { unescapeText } from './unescape.ts';

export type Token = { readonly kind: 'identifier' | 'number' | 'string' | 'operator' | 'bracket' | 'end'; readonly text: string };

const operatorWords: ReadonlySet<string> = new Set(['not', 'in', 'or', 'and', 'matches', 'contains', 'startsWith', 'endsWith', 'let']);

type Rule = { readonly at: RegExp; readonly token: (text: string) => Token | undefined };

const word = String.raw`[\p{L}\p{Nd}_$]`;
const digits = String.raw`[0-9_]*`;
// The fraction is not taken when a second dot follows: 1..3 is a range.
const number = String.raw`(?:0[xX][0-9a-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|${digits})(?:\.(?!\.)${digits})?(?:[eE][+-]?${digits})?`;

const rules: readonly Rule[] = [
  { at: /[\s\u0085]+/uy, token: () => undefined },
  { at: /\/\/[^\n]*/uy, token: () => undefined },
  { at: /\/\*[^]*?\*\//uy, token: () => undefined },
  { at: /\/\*/uy, token: () => refuse('a comment is not closed') },
  { at: /'(?:[^'\\\n]|\\[^\n])*'|"(?:[^"\\\n]|\\[^\n])*"/uy, token: (text) => ({ kind: 'string', text: unescapeText(text) }) },
  { at: new RegExp(`(?=[0-9]|\\.[0-9])${number}(?:${word}*)`, 'uy'), token: readNumber },
  { at: new RegExp(`[\\p{L}_$]${word}*`, 'uy'), token: readWord },
  { at: /[([{)\]}]/uy, token: (text) => ({ kind: 'bracket', text }) },
  { at: /\?[.?]?|##?|\|\|?|\.\.?|[,:;%+\-^/]|[&!=*<>][&=*]?/uy, token: (text) => ({ kind: 'operator', text }) },
];

function readNumber(text: string): Token {
  const plain = new RegExp(`^${number}$`, 'u');
  return plain.test(text) ? { kind: 'number', text } : refuse(`bad number syntax: ${JSON.stringify(text)}`);
}

function readWord(text: string): Token {
  return { kind: operatorWords.has(text) ? 'operator' : 'identifier', text };
}

/** Tokens of a condition, the last one of kind `end`. The lexical rules are those of expr 1.15.5 (lexer/state.go). */
export function readTokens(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < source.length) {
    const { length, token } = readToken(source, position);
    if (token !== undefined) tokens.push(token);
    position += length;
  }
  return [...tokens, { kind: 'end', text: '' }];
}

function readToken(source: string, position: number): { readonly length: number; readonly token: Token | undefined } {
  for (const rule of rules) {
    rule.at.lastIndex = position;
    const text = rule.at.exec(source)?.[0];
    if (text !== undefined) return { length: text.length, token: rule.token(text) };
  }
  const found = String.fromCodePoint(source.codePointAt(position) ?? 0);
  return refuse(found === '"' || found === "'" ? 'a text is not closed' : `unrecognized character ${JSON.stringify(found)}`);
}
