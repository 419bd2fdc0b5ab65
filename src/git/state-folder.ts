import fs from 'node:fs';
import path from 'node:path';
import { Failure } from '../kernel/failure.ts';
import type { FailureCode } from '../kernel/failure.ts';
import { whyUnreadable } from '../kernel/unreadable.ts';

const codes: Readonly<Record<string, FailureCode>> = { EACCES: 'forbidden', EPERM: 'forbidden', EROFS: 'forbidden', ENOSPC: 'too-large' };

/** What is thrown where the setting git.stateDir names a folder that cannot serve, in the words of the setting. */
export function unusable(folder: string, thrown: unknown): Failure {
  const code = thrown instanceof Error && 'code' in thrown ? codes[String(thrown.code)] : undefined;
  const because = `git.stateDir: got ${folder} (${whyUnreadable(thrown)}), expected a directory that is there or can be made, and can be written to`;
  return new Failure(code ?? 'not-found', because, { cause: thrown });
}

/**
 * Makes a folder and those above it that are missing. Level by level: below /proc, where mkdir answers "no such directory" although the
 * parent is there, Node's recursive mkdir never returns. Throws as Node does.
 */
export function makeFolder(folder: string): void {
  const whole = path.resolve(folder);
  const missing: string[] = [];
  for (let level = whole; fs.statSync(level, { throwIfNoEntry: false }) === undefined; level = path.dirname(level)) missing.unshift(level);
  for (const level of missing) makeLevel(level);
  // Names a file that is in the way, at the end of the path too.
  fs.readdirSync(whole);
}

/** Another process may make the same level at the same time. */
function makeLevel(level: string): void {
  try {
    fs.mkdirSync(level);
  } catch (thrown) {
    if (fs.statSync(level, { throwIfNoEntry: false })?.isDirectory() !== true) throw thrown;
  }
}
