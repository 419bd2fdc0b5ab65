import { refuse } from './refusal.ts';

const letters: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' };

/** The text between the quotes with its escapes read: letters, \xNN, \uNNNN, \UNNNNNNNN, three octal digits, and the own quote. */
export function unescapeText(quoted: string): string {
  const quote = quoted.charAt(0);
  const inner = quoted.slice(1, -1).replace(/\r\n?/g, '\n');
  return inner.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}|[^])/gu, (_, escape: string) => {
    if (escape === quote) return quote;
    if (escape.length === 1) return letters[escape] ?? refuse(`unknown escape \\${escape}`);
    const code = /^\d/.test(escape) ? parseInt(escape, 8) : parseInt(escape.slice(1), 16);
    return code > 0x10ffff ? refuse(`\\${escape} is no character`) : codePoint(code);
  });
}

function codePoint(code: number): string {
  // Go encodes a lone surrogate as the replacement character.
  return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code);
}
