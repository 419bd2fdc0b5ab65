import { spawn } from 'node:child_process';
import { Failure } from '../kernel/failure.ts';

export type Run = {
  readonly binary: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input?: Uint8Array;
  readonly timeoutMs: number;
  /** Bytes of standard output after which the command is stopped. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
};

export type Ran = { readonly code: number; readonly stdout: Buffer; readonly stderr: string };

const stderrLimit = 64 * 1024;
/** Time between asking a group to end (git then removes its lock files) and killing it. */
const graceMs = 1_000;

/**
 * Runs git as the leader of a process group of its own, without a shell; over its limit of time or output, or when the signal
 * aborts, the whole group ends (`git-remote-https` outlives its parent otherwise). Any exit code is an answer; throws `Failure`
 * where the command could not be started or was stopped.
 */
export function runGit(run: Run): Promise<Ran> {
  return new Promise((resolve, reject) => {
    if (run.signal?.aborted === true) {
      reject(new Failure('cancelled', `git ${command(run)} was cancelled`));
      return;
    }
    const child = spawn(run.binary, [...run.args], { cwd: run.folder, env: { ...run.env }, detached: true, stdio: 'pipe' });
    const stopped = stopper(child.pid, run);
    const stdout: Buffer[] = [];
    let held = 0;
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      held += chunk.length;
      if (held > run.maxBytes) stopped.stop('too-large', `printed more than ${run.maxBytes} bytes`);
      else stdout.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      if (stderr.length < stderrLimit) stderr += chunk;
    });
    // A command that ends before it read its input says why on standard error.
    child.stdin.on('error', () => undefined).end(run.input ?? '');
    child.on('error', (cause) => {
      stopped.clear();
      reject(
        new Failure('unsupported', `${run.binary} could not be started: ${cause.message}; install git or name it in the settings`, {
          cause,
        }),
      );
    });
    child.on('close', (code) => {
      stopped.clear();
      const failure = stopped.reason();
      if (failure === undefined) resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr });
      else reject(failure);
    });
  });
}

function command(run: Run): string {
  return run.args.find((arg) => /^[a-z]/.test(arg)) ?? '';
}

type StopCode = 'timed-out' | 'cancelled' | 'too-large';

function stopper(pid: number | undefined, run: Run) {
  let failure: Failure | undefined;
  const timers: NodeJS.Timeout[] = [];
  const stop = (code: StopCode, what: string) => {
    if (failure !== undefined) return;
    failure = new Failure(code, `git ${command(run)} ${what}`);
    endGroup(pid, 'SIGTERM');
    timers.push(setTimeout(() => endGroup(pid, 'SIGKILL'), graceMs));
  };
  const cancel = () => stop('cancelled', 'was cancelled');
  timers.push(setTimeout(() => stop('timed-out', `took longer than ${run.timeoutMs} ms`), run.timeoutMs));
  run.signal?.addEventListener('abort', cancel, { once: true });
  return {
    stop,
    reason: () => failure,
    clear: () => {
      timers.forEach((timer) => clearTimeout(timer));
      run.signal?.removeEventListener('abort', cancel);
    },
  };
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended by itself.
  }
}
