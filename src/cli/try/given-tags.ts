import { isDigest, isTag } from '../../kernel/image.ts';
import type { Digest } from '../../kernel/image.ts';
import { oneLine } from '../../kernel/escape.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { Time } from '../../kernel/time.ts';
import { millisOf, timeOf } from '../../kernel/time.ts';

/** A tag out of a list that somebody wrote; `at` is when it was pushed or built. */
export type GivenTag = { readonly tag: string; readonly at?: Time; readonly digest?: Digest };

const maxProblems = 20;

/**
 * Reads a list of tags: one on each line, behind it, separated by blanks, the time at which it was pushed and the digest, in any order, where
 * they are known. Empty lines and lines that begin with # do not count; of a tag that stands there twice the last line counts.
 */
export function readGivenTags(
  text: string,
  name: string,
): { readonly tags: readonly GivenTag[] } | { readonly problems: readonly Problem[] } {
  const tags = new Map<string, GivenTag>();
  const problems: Problem[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [tag, ...more] = line.trim().split(/\s+/);
    if (tag === undefined || tag === '' || tag.startsWith('#')) continue;
    const read = readLine(tag, more);
    if (read === undefined)
      problems.push({
        at: `${name}:${index + 1}`,
        got: JSON.stringify(oneLine(line)),
        expected: 'a tag, and behind it at most a time and a digest',
      });
    else tags.set(tag, read);
  }
  if (problems.length === 0) return { tags: [...tags.values()] };
  const rest = problems.length - maxProblems;
  const more = rest > 0 ? [{ at: name, got: `${rest} more lines like these`, expected: 'tags' }] : [];
  return { problems: [...problems.slice(0, maxProblems), ...more] };
}

function readLine(tag: string, more: readonly string[]): GivenTag | undefined {
  const digest = more.find(isDigest);
  const times = more.filter((word) => word !== digest);
  const [written] = times;
  const at = written === undefined || !/^\d{4}-\d{2}-\d{2}/.test(written) ? Number.NaN : millisOf(written);
  if (!isTag(tag) || times.length > 1 || (written !== undefined && Number.isNaN(at))) return undefined;
  return { tag, ...(written === undefined ? {} : { at: timeOf(at) }), ...(digest === undefined ? {} : { digest }) };
}
