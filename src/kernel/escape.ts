const limit = 200;

/**
 * Foreign text as one harmless line of at most 200 characters, for commits, branches, holds and Events (LOOP 22): no newline or
 * other control character, no leading dash, no @mention, no CI-skipping marker, no closing keyword.
 */
export function oneLine(text: string): string {
  const flat = text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ') // eslint-disable-line no-control-regex -- these are what must go
    .replace(/^[\s-]+/, '')
    .replace(/@(?=\w)/g, (_, offset: number, whole: string) => (whole.slice(offset).startsWith('@sha256:') ? '@' : '(at)'))
    .replace(/\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/gi, '($1)')
    .replace(/\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(:?\s+)(?=#|\w+\/[\w.-]+#|https?:)/gi, '$1 no.$2')
    .trim();
  return flat.length <= limit ? flat : `${flat.slice(0, limit - 3)}...`;
}
