import type { Sha } from '../kernel/refs.ts';
import { timeOf } from '../kernel/time.ts';
import type { Trailers } from '../kernel/trailers.ts';
import type { FileChange, FileLog } from './commit.ts';
import { ensureCommit } from './fetch.ts';
import { checkPath } from './objects.ts';
import type { Session } from './session.ts';

/** Fields end with NUL, which no part of a commit can hold; `-z` ends the changed paths with it too. */
const format = ['%H', '%ct', '%an <%ae>', '%s', '%(trailers:only,unfold)'].join('%x00');
const fieldCount = 5;

/** First-parent commits that changed a file, newest first; a merge counts as the change that it brings to its first parent. */
export async function readLog(session: Session, head: Sha, file: string, limit: number): Promise<FileLog> {
  checkPath(session, file);
  await ensureCommit(session, head);
  const changes = parseLog(await session.clone.plumbing.history(head, file, limit + 1, format));
  return { complete: changes.length <= limit, changes: changes.slice(0, limit) };
}

function parseLog(output: string): readonly FileChange[] {
  const tokens = output.split('\0');
  const changes: FileChange[] = [];
  for (let at = 0; at + fieldCount < tokens.length;) {
    const [commit = '', seconds, author = '', subject = '', trailers = ''] = tokens.slice(at, at + fieldCount);
    const raw = /^\n?:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) /.exec(tokens[at + fieldCount] ?? '');
    at += fieldCount;
    if (raw === null) continue;
    // The raw line and the path behind it; one file was asked for, so there is one of each.
    at += 2;
    const [before, after] = [blobOf(raw[1]), blobOf(raw[2])];
    changes.push({ commit, author, at: timeOf(Number(seconds) * 1000), subject, trailers: parseTrailers(trailers), before, after });
  }
  return changes;
}

function blobOf(oid: string | undefined): string | null {
  return oid === undefined || /^0+$/.test(oid) ? null : oid;
}

function parseTrailers(text: string): Trailers {
  return text.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon <= 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const];
  });
}
