import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';

export type Run = {
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onLine?: (line: string) => void;
};

const lastLines = 15;

/** What the program printed on its standard output. Throws an error with the last lines of everything it printed where it fails. */
export function runProgram(command: string, { args, cwd, env, signal, onLine }: Run): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    let output = '';
    const tail: string[] = [];
    const note = (chunk: string): void => {
      for (const line of chunk.split('\n').filter((text) => text.trim() !== '')) {
        tail.push(line);
        if (tail.length > lastLines) tail.shift();
        onLine?.(line);
      }
    };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      note(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', note);
    child.on('error', (thrown) => {
      reject(new Error(signal.aborted ? 'interrupted' : `${command} does not run: ${thrown.message}`));
    });
    child.on('close', (status, ended) => {
      if (status === 0) resolve(output);
      else reject(new Error(`${command} ${args[0] ?? ''} ended with ${ended ?? `status ${status ?? '?'}`}:\n${tail.join('\n')}`));
    });
  });
}

/** Whether a program of this name is on PATH. */
export function isOnPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
