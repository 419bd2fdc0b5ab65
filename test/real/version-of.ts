import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a program of this size and time of change said; asking again costs up to a fifth of a second each. */
type Noted = { readonly size: number; readonly changed: number; readonly version: string };

const settledMs = 2_000;

/**
 * The version that the program at `path` says when called with `ask`, as `1.2.3`; undefined where it says none. Answers are noted in
 * `folder`, where that can be written.
 */
export function versionOf(path: string, ask: readonly string[], folder: string): string | undefined {
  const { size, mtimeMs: changed } = statSync(path);
  const noted = readNotes(folder)[path];
  if (noted?.size === size && noted.changed === changed) return noted.version;
  const version = askVersion(path, ask);
  // A file that is replaced within one tick of the file system's clock keeps its time: only an old one is known by it.
  if (version !== undefined && Date.now() - changed > settledMs) writeNote(folder, path, { size, changed, version });
  return version;
}

function askVersion(path: string, ask: readonly string[]): string | undefined {
  const { stdout, stderr } = spawnSync(path, ask, { encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'pipe'] });
  // sshd says it among its complaints, and with two numbers: OpenSSH_9.2.
  const ssh = /OpenSSH_(\d+)\.(\d+)/.exec(stderr);
  if (ssh !== null) return `${ssh[1] ?? ''}.${ssh[2] ?? ''}.0`;
  return /\bv?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
}

function noteFile(folder: string): string {
  return join(folder, 'versions.json');
}

function readNotes(folder: string): Readonly<Record<string, Noted>> {
  try {
    return JSON.parse(readFileSync(noteFile(folder), 'utf8')) as Record<string, Noted>;
  } catch {
    return {};
  }
}

function writeNote(folder: string, path: string, note: Noted): void {
  const partial = `${noteFile(folder)}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(partial, `${JSON.stringify({ ...readNotes(folder), [path]: note }, undefined, 1)}\n`);
    renameSync(partial, noteFile(folder));
  } catch {
    // Only a saving of time: without it the program is asked again.
  }
}
