import { createHash } from 'node:crypto';
import type { Trailers } from '../../src/kernel/trailers.ts';
import { trailer, trailerValues } from '../../src/kernel/trailers.ts';

export type Files = ReadonlyMap<string, string>;

/** What was true outside when a commit of the bot was accepted. */
export type Witness = { readonly base: string; readonly headThen: string };

export type ModelCommit = {
  readonly sha: string;
  readonly parent: string | undefined;
  readonly author: string;
  readonly subject: string;
  readonly trailers: Trailers;
  readonly at: number;
  readonly files: Files;
  /** Only of commits of the bot. */
  readonly witness?: Witness;
};

export type NewCommit = Pick<ModelCommit, 'author' | 'subject' | 'trailers' | 'files' | 'at'> & { readonly witness?: Witness };

export const bot = 'windlass <windlass@noreply.windlass.dev>';
const person = 'Robin Person <robin@example.dev>';

/** A remote repository: commits that only ever have one parent, and branches. */
export class ModelRepository {
  readonly commits = new Map<string, ModelCommit>();
  readonly branches = new Map<string, string>();
  readonly blobs = new Map<string, string>();

  constructor(files: Files, at: number) {
    this.branches.set('main', this.add(undefined, { author: person, subject: 'Begin', trailers: [], files, at }).sha);
  }

  /** Adds a commit behind a parent; no branch moves. */
  add(parent: string | undefined, fresh: NewCommit): ModelCommit {
    for (const text of fresh.files.values()) this.blobs.set(oidOf(text), text);
    const sha = sha1(JSON.stringify([parent, fresh.author, fresh.subject, fresh.trailers, fresh.at, [...fresh.files], this.commits.size]));
    const commit: ModelCommit = { sha, parent, ...fresh };
    this.commits.set(sha, commit);
    return commit;
  }

  commit(sha: string): ModelCommit {
    const found = this.commits.get(sha);
    if (found === undefined) throw new Error(`no commit ${sha}`);
    return found;
  }

  get head(): ModelCommit {
    return this.commit(this.branches.get('main') ?? '');
  }

  /** From a commit back to the first one, newest first. */
  chain(from: string): readonly ModelCommit[] {
    const found: ModelCommit[] = [];
    for (let sha: string | undefined = from; sha !== undefined; sha = found.at(-1)?.parent) found.push(this.commit(sha));
    return found;
  }

  /** The branch, oldest first. */
  history(): readonly ModelCommit[] {
    return [...this.chain(this.head.sha)].reverse();
  }

  /** A person's commit on the branch: texts by path, null removes. */
  edit(subject: string, changes: Readonly<Record<string, string | null>>, at: number): ModelCommit {
    const files = new Map(this.head.files);
    for (const [path, text] of Object.entries(changes)) {
      if (text === null) files.delete(path);
      else files.set(path, text);
    }
    const commit = this.add(this.head.sha, { author: person, subject, trailers: [], files, at });
    this.branches.set('main', commit.sha);
    return commit;
  }
}

export function verdictsOf(commit: ModelCommit): readonly string[] {
  return trailerValues(commit.trailers, trailer.verdict);
}

export function oidOf(text: string): string {
  return sha1(`blob ${Buffer.byteLength(text)}\0${text}`);
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
