import { RE2JS } from 're2js';

/**
 * A matcher of Go's filepath.Match (1.26, Unix): `*` and `?` do not cross `/`, `[a-z]`, `[^a]`, `\` escapes. Undefined where Go says
 * the pattern is bad.
 */
export function compileGlob(pattern: string): ((text: string) => boolean) | undefined {
  const source = globSource(pattern);
  if (source === undefined) return undefined;
  // RE2: many stars in JavaScript's own expressions take exponential time.
  const expression = RE2JS.compile(source);
  return (text) => expression.matches(text);
}

/** The regular expression that says the same as a glob. */
export function globSource(pattern: string): string | undefined {
  const characters = Array.from(pattern);
  let source = '';
  for (let index = 0; index < characters.length;) {
    const piece = readPiece(characters, index);
    if (piece === undefined) return undefined;
    source += piece.source;
    index = piece.next;
  }
  return source;
}

type Piece = { readonly source: string; readonly next: number };

function readPiece(characters: readonly string[], index: number): Piece | undefined {
  const character = characters[index];
  switch (character) {
    case '*':
      return { source: '[^/]*', next: index + 1 };
    case '?':
      return { source: '[^/]', next: index + 1 };
    case '[':
      return readClass(characters, index + 1);
    case '\\':
      return readLiteral(characters, index + 1);
    default:
      return readLiteral(characters, index);
  }
}

function readLiteral(characters: readonly string[], index: number): Piece | undefined {
  const character = characters[index];
  return character === undefined ? undefined : { source: escape(character), next: index + 1 };
}

/** `[`, an optional `^`, at least one character or range, `]`. */
function readClass(characters: readonly string[], start: number): Piece | undefined {
  const negated = characters[start] === '^';
  const ranges: string[] = [];
  let index = negated ? start + 1 : start;
  while (characters[index] !== ']' || ranges.length === 0) {
    const from = readClassCharacter(characters, index);
    if (from === undefined) return undefined;
    const to = characters[from.next] === '-' ? readClassCharacter(characters, from.next + 1) : from;
    if (to === undefined) return undefined;
    // A range that runs backwards matches nothing in Go; RE2 calls it an error.
    ranges.push(from.character <= to.character ? `${escape(from.character)}-${escape(to.character)}` : '');
    index = to.next;
  }
  return { source: classOf(ranges.join(''), negated), next: index + 1 };
}

/** RE2 has no empty class; one that matches nothing, or everything, has to be spelled. */
function classOf(members: string, negated: boolean): string {
  const everything = '\\x00-\\x{10FFFF}';
  if (members !== '') return `[${negated ? '^' : ''}${members}]`;
  return negated ? `[${everything}]` : `[^${everything}]`;
}

/** One end of a range; Go wants something behind it. */
function readClassCharacter(
  characters: readonly string[],
  index: number,
): { readonly character: string; readonly next: number } | undefined {
  const at = characters[index] === '\\' ? index + 1 : index;
  const character = characters[at];
  if (character === undefined || (at === index && (character === '-' || character === ']')) || at + 1 >= characters.length)
    return undefined;
  return { character, next: at + 1 };
}

function escape(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character;
}
