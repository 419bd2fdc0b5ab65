import { spawn } from 'node:child_process';
import { Failure } from '../kernel/failure.ts';
import { describeDuration } from '../kernel/duration.ts';

export type Child = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly outputBytes: number;
};

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

const stderrBytes = 16 * 1024;

/**
 * Runs a program in a process group of its own, with exactly the environment given, and answers how it ended. Throws `Failure` for
 * a program that cannot start (unsupported), runs too long (timed-out), prints too much (too-large), or was told to stop (cancelled):
 * then the whole group is killed.
 */
export function runChild(child: Child, signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const name = `${child.command.split('/').at(-1) ?? ''} ${child.args[0] ?? ''}`;
    const running = spawn(child.command, child.args, { cwd: child.cwd, env: child.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed: Buffer[] = [];
    let size = 0;
    let complaints = '';
    let stopped: Failure | undefined;
    const stop = (failure: Failure): void => {
      stopped ??= failure;
      killGroup(running.pid);
    };
    const timer = setTimeout(() => {
      stop(new Failure('timed-out', `${name} ran longer than ${describeDuration(child.timeoutMs)}`));
    }, child.timeoutMs);
    const onAbort = (): void => stop(new Failure('cancelled', `${name} was stopped`));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    running.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > child.outputBytes) stop(new Failure('too-large', `${name} printed more than ${child.outputBytes} bytes`));
      else printed.push(chunk);
    });
    running.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-stderrBytes)));
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    running.on('error', (cause) => {
      settle();
      reject(stopped ?? new Failure('unsupported', `${name} cannot be started: ${cause.message}`, { cause }));
    });
    running.on('close', (code, killedBy) => {
      settle();
      if (stopped !== undefined) reject(stopped);
      else if (code === null) reject(new Failure('server-error', `${name} was killed by ${killedBy ?? 'a signal'}`));
      else resolve({ code, stdout: Buffer.concat(printed).toString(), stderr: complaints });
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
