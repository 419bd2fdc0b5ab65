import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { removeKeys, writeKey } from '../../src/git/key-file.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { openGit, temporaryFolder } from './remote.ts';

it.each([
  ['without its last end of line', 'BEGIN\nxyz\nEND'],
  ['with ends of lines of Windows', 'BEGIN\r\nxyz\r\nEND\r\n'],
  ['with empty lines behind it', 'BEGIN\nxyz\nEND\n\n'],
])('a key %s is written as ssh reads it, and for this user alone', async (_, text) => {
  const stateDir = temporaryFolder();
  const file = await writeKey(stateDir, new Secret(text));
  expect(fs.readFileSync(file, 'utf8')).toBe('BEGIN\nxyz\nEND\n');
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  expect(await writeKey(stateDir, new Secret('BEGIN\nxyz\nEND\n'))).toBe(file);
  expect(fs.readdirSync(path.dirname(file))).toEqual([path.basename(file)]);
  removeKeys(stateDir);
  expect(fs.existsSync(file)).toBe(false);
});

it('a key that a killed process left is gone with the next start', async () => {
  const stateDir = temporaryFolder();
  const left = await writeKey(stateDir, new Secret('a key'));
  openGit({ stateDir });
  expect(fs.existsSync(left)).toBe(false);
});
