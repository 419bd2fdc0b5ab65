import { outside, parseError } from './refusal.ts';

export type Token = { readonly kind: 'word' | 'number' | 'text' | 'sign' | 'duration' | 'end'; readonly text: string };

const rules: readonly (readonly [kind: Token['kind'] | 'blank', at: RegExp])[] = [
  ['blank', /(?:\s+|#[^\n]*)/y],
  ['duration', /(?:\d+(?:ms|[smhdwy]))+(?![\w.])/y],
  ['number', /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['text', /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y],
  ['word', /[a-zA-Z_][a-zA-Z0-9_:]*/y],
  ['sign', /==|!=|>=|<=|=~|!~|[-+*/%^(){}[\],=<>@:]/y],
];

/** Tokens of a query, the last one of kind `end`. */
export function readTokens(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < query.length) {
    const [kind, text] = readToken(query, position);
    if (kind !== 'blank') tokens.push({ kind, text: kind === 'text' ? unquote(text) : text });
    position += text.length;
  }
  return [...tokens, { kind: 'end', text: '' }];
}

function readToken(query: string, position: number): readonly [Token['kind'] | 'blank', string] {
  for (const [kind, at] of rules) {
    at.lastIndex = position;
    const text = at.exec(query)?.[0];
    if (text !== undefined) return [kind, text];
  }
  return parseError(`unexpected character: ${JSON.stringify(query.charAt(position))} at ${position + 1}`);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', "'": "'" };

function unquote(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  return text.slice(1, -1).replace(/\\(.)/g, (_, escape: string) => escapes[escape] ?? outside(`the escape \\${escape}`));
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3, w: 604_800e3, y: 31_536_000e3 };

/** Milliseconds of a Prometheus duration: `5m`, `1h30m`, `500ms`. */
export function durationMs(text: string): number {
  return Array.from(text.matchAll(/(\d+)(ms|[smhdwy])/g)).reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0),
    0,
  );
}
