import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Secret } from '../kernel/secret.ts';

const folderName = 'ssh-keys';

/**
 * Writes a private key to where ssh can read it, and only this user; its path. One file per key, gone when the folder is
 * (`removeKeys`). OpenSSH wants an end of line behind the last one, which Secrets often lack.
 */
export async function writeKey(stateDir: string, key: Secret): Promise<string> {
  const text = `${key.reveal().replaceAll('\r\n', '\n').trimEnd()}\n`;
  const folder = path.resolve(stateDir, folderName);
  const file = path.join(folder, createHash('sha256').update(text).digest('hex').slice(0, 32));
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const held = await fs.readFile(file, 'utf8').catch(() => '');
  if (held === text) return file;
  // Renamed into its place: a command that runs beside this one never reads a half.
  const fresh = `${file}.${process.hrtime.bigint()}`;
  await fs.writeFile(fresh, text, { mode: 0o600 });
  await fs.rename(fresh, file);
  return file;
}

/** Removes all keys of a state folder: those of this run, and those that a killed one left. */
export function removeKeys(stateDir: string): void {
  rmSync(path.resolve(stateDir, folderName), { recursive: true, force: true });
}
