import { spawn } from 'node:child_process';
import { Failure } from '../../kernel/failure.ts';
import { describeDuration } from '../../kernel/duration.ts';

/** A program that knows a login. `name` is what sentences call it; times in ms, sizes in bytes. */
export type Program = {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Written to its standard input, which is closed then. */
  readonly input: string;
  readonly timeoutMs: number;
  readonly outputBytes: number;
};

/** What it printed, and the status with which it ended. */
export type Printed = { readonly status: number; readonly output: string };

/**
 * Runs a program without a shell, in a process group of its own that is killed when its time is over. Throws `Failure`: unsupported where it
 * cannot start, timed-out, too-large, server-error where it was killed. What it printed is in no sentence: it may be a password.
 */
export function runProgram(program: Program): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const { name, timeoutMs, outputBytes } = program;
    const running = spawn(program.path, program.args, {
      cwd: program.cwd,
      env: program.env,
      detached: true,
      shell: false,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let stopped: Failure | undefined;
    const stop = (failure: Failure): void => {
      stopped ??= failure;
      killGroup(running.pid);
      // A child that left the group may hold the output open: nobody waits for it.
      running.stdout.destroy();
      reject(stopped);
    };
    const timer = setTimeout(() => stop(new Failure('timed-out', `${name} ran longer than ${describeDuration(timeoutMs)}`)), timeoutMs);
    running.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > outputBytes) stop(new Failure('too-large', `${name} printed more than ${outputBytes} bytes`));
      else chunks.push(chunk);
    });
    // A program that does not read its input closes it early.
    running.stdin.on('error', () => undefined);
    running.stdin.end(program.input);
    running.on('error', (cause) => {
      clearTimeout(timer);
      const code = 'code' in cause ? String(cause.code) : 'it is no program';
      reject(stopped ?? new Failure('unsupported', `${name} cannot be started: ${code}`));
    });
    running.on('close', (status) => {
      clearTimeout(timer);
      if (stopped !== undefined) reject(stopped);
      else if (status === null) reject(new Failure('server-error', `${name} was killed`));
      else resolve({ status, output: Buffer.concat(chunks).toString('utf8') });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has already ended.
  }
}
