const limit = 200;

/** Kubernetes takes 1024 bytes in the note of an Event. */
const reasonLimit = 800;

// Keywords and references of GitHub, GitLab and Gitea: `fixes #12`, `Closing issue group/project#4`, `resolves https://...`.
const closing =
  /\b(clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)(:?\s+)(?=(?:issues?\s+)?(?:[\w./-]*[#!]\d|gh-\d|https?:))/gi;

/**
 * Foreign text as one harmless line of at most 200 characters, for commits, branches, holds and Events (LOOP 22): no newline or
 * other control character, no change of writing direction, no leading dash, no @mention, no CI-skipping marker, no closing keyword.
 */
export function oneLine(text: string): string {
  return harmless(text, limit);
}

/** A reason of ours with foreign texts in it, escaped in the same way, whole up to 800 characters: it ends with what was done. */
export function reasonLine(text: string): string {
  return harmless(text, reasonLimit);
}

function harmless(text: string, most: number): string {
  const flat = text
    .toWellFormed()
    .replace(/\p{Bidi_Control}+/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/^[\s-]+/, '')
    .replace(/@(?!sha(?:256|512):)(?=\w)/g, '(at)')
    .replace(/\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/gi, '($1)')
    .replace(closing, '$1 no.$2')
    .trim();
  // A cut must not leave half of a character that takes two.
  return flat.length <= most ? flat : `${flat.slice(0, most - 3).replace(/\p{Cs}$/u, '')}...`;
}
