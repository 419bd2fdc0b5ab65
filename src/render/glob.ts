import { RE2JS } from 're2js';

const token = /\[(!?)([^\]]+)\]|\\(.)|([*?{},])|([^*?{},[\\]+)|(.)/gsu;
const wild: Readonly<Record<string, string>> = { '*': '.*', '?': '.', '{': '(?:', '}': ')' };

/**
 * A matcher for the include and exclude globs of a directory source: `*` also crosses `/`, `{a,b}` are alternatives, `[a-c]` and
 * `[!a]` are sets (Argo CD v3.5 matches them with gobwas/glob without separators). Undefined where the glob is broken.
 */
export function globMatcher(glob: string): ((path: string) => boolean) | undefined {
  let depth = 0;
  let pattern = '';
  for (const [, not, set, escaped, mark, plain] of glob.matchAll(token)) {
    if (mark === '{') depth += 1;
    if (mark === '}') depth -= 1;
    if (mark !== undefined) pattern += markPattern(mark, depth);
    else if (set !== undefined) pattern += `[${not === '!' ? '^' : ''}${set.replace(/[\\^[]/g, '\\$&')}]`;
    else pattern += literalPattern(escaped ?? plain);
  }
  const compiled = depth === 0 ? compile(pattern) : undefined;
  return compiled === undefined ? undefined : (path) => compiled.matches(path);
}

function markPattern(mark: string, depth: number): string {
  if (mark === ',') return depth > 0 ? '|' : ',';
  return wild[mark] ?? '';
}

/** An opening bracket or a backslash that begins nothing makes the pattern one that does not compile. */
function literalPattern(text: string | undefined): string {
  return text === undefined ? '[' : RE2JS.quote(text);
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch {
    return undefined;
  }
}
