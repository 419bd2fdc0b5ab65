import { Buffer } from 'node:buffer';
import type { Sha } from '../kernel/refs.ts';
import type { Trailers } from '../kernel/trailers.ts';
import type { Commit, Person } from './commit.ts';

type BuiltFile = { readonly path: string; readonly mode: string; readonly bytes: Uint8Array };

/** A commit with the whole bytes of the files that it changes. */
export type BuiltCommit = Pick<Commit, 'message' | 'trailers' | 'author'> & { readonly files: readonly BuiltFile[] };

/**
 * Input of `git fast-import` for a chain of commits on `base`, which prints the id of each. No index and no work tree: the tree of the
 * base is taken over, so that no blob of it is needed.
 */
export function importStream(ref: string, base: Sha, commits: readonly BuiltCommit[], atMs: number): Buffer {
  const parts: (string | Uint8Array)[] = ['feature done\n'];
  const seconds = Math.floor(atMs / 1000);
  for (const [index, commit] of commits.entries()) {
    const message = Buffer.from(messageOf(commit.message, commit.trailers));
    const person = `${nameOf(commit.author)} ${seconds} +0000`;
    parts.push(`commit ${ref}\nmark :${index + 1}\nauthor ${person}\ncommitter ${person}\ndata ${message.length}\n`, message);
    parts.push(`\nfrom ${index === 0 ? base : `:${index}`}\n`);
    for (const file of commit.files)
      parts.push(`M ${file.mode} inline ${quotePath(file.path)}\ndata ${file.bytes.length}\n`, file.bytes, '\n');
    parts.push('\n');
  }
  parts.push(...commits.map((_, index) => `get-mark :${index + 1}\n`), 'done\n');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** The trailers are the last paragraph; each is one line, whatever its value holds. */
function messageOf(message: string, trailers: Trailers): string {
  const lines = trailers.map(([key, value]) => `${key}: ${value.replace(/\s*[\r\n]+\s*/g, ' ').trim()}`);
  return [message.trim(), ...(lines.length === 0 ? [] : [lines.join('\n')])].join('\n\n').concat('\n');
}

function nameOf({ name, email }: Person): string {
  const plain = (text: string) => text.replace(/[<>\p{Cc}]/gu, ' ').trim();
  return `${plain(name)} <${plain(email)}>`;
}

function quotePath(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
