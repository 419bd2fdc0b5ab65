import fs from 'node:fs';
import path from 'node:path';
import { Failure } from '../kernel/failure.ts';
import { makeFolder, unusable } from './state-folder.ts';

/** Who holds a state folder. Process ids are used again, so the start of the process counts too. */
type Holder = { readonly pid: number; readonly start: string };

const heldHere = new Set<string>();

/**
 * Takes a state folder for this process and answers how to give it back. A folder whose holder has ended is taken over. Throws
 * `Failure` ('conflict') where another process holds it: two of them would spoil each other's clones; and one that names the setting
 * where the folder cannot be made or written to.
 */
export function lockFolder(folder: string): () => void {
  try {
    return take(folder);
  } catch (thrown) {
    throw thrown instanceof Failure ? thrown : unusable(folder, thrown);
  }
}

function take(folder: string): () => void {
  makeFolder(folder);
  const file = path.join(fs.realpathSync(folder), 'windlass.lock');
  const text = JSON.stringify({ pid: process.pid, start: startOf(process.pid) } satisfies Holder);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (created(file, text)) {
      heldHere.add(file);
      return () => release(file);
    }
    const found = read(file);
    if (found !== undefined && isHeld(file, found)) throw busy(folder, found);
    if (found !== undefined) removeStale(file, found);
  }
  throw new Failure('conflict', `${folder} is being taken by another process`);
}

function created(file: string, text: string): boolean {
  try {
    fs.writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false;
    throw thrown;
  }
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isHeld(file: string, text: string): boolean {
  const holder = parse(text);
  if (holder === undefined) return false;
  // After a restart in a container this process may have its predecessor's id.
  if (holder.pid === process.pid) return heldHere.has(file);
  return startOf(holder.pid) === holder.start && holder.start !== '';
}

function parse(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('start' in value)) return undefined;
    return typeof value.pid === 'number' && typeof value.start === 'string' ? { pid: value.pid, start: value.start } : undefined;
  } catch {
    return undefined;
  }
}

/** Start of a process as the kernel counts it; where there is no /proc, 'running' for one that can be signalled; '' for none. */
function startOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; the start is the 20th field behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    if (fs.existsSync('/proc/self/stat')) return '';
  }
  try {
    process.kill(pid, 0);
    return 'running';
  } catch {
    return '';
  }
}

/** Moves the stale file aside first: of two that saw it, one moves it, and neither removes the other's new one. */
function removeStale(file: string, text: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  if (read(aside) !== text) fs.linkSync(aside, file);
  fs.rmSync(aside, { force: true });
}

function release(file: string): void {
  if (heldHere.delete(file)) fs.rmSync(file, { force: true });
}

function busy(folder: string, text: string): Failure {
  const pid = parse(text)?.pid ?? 0;
  return new Failure('conflict', `${folder} is in use by process ${pid}; end it, or give this one another state folder`);
}
