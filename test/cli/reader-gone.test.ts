import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** `windlass try` on many tags, whose reader closes the pipe after the first part. */
function tryAndLeave(): Promise<{ readonly status: number | null; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, 'try', 'acme/shop', '--tags', '-', '--all']);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.stdout.once('data', () => child.stdout.destroy());
    child.once('error', reject).once('close', (status) => resolve({ status, stderr }));
    child.stdin.end(Array.from({ length: 20_000 }, (_, minor) => `1.${minor}.0\n`).join(''));
  });
}

describe('a reader that has seen enough', () => {
  it('ends the command without a word', async () => {
    expect(await tryAndLeave()).toEqual({ status: 0, stderr: '' });
  });
});
