import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The file of the command line. */
export const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

export type Played = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** `windlass ...args` as a process of its own, in a folder and with an environment that hold nothing else. */
export function play(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Played> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env } });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said.stderr += chunk));
    child.once('error', reject).once('close', (status) => resolve({ status, ...said }));
  });
}
