import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ServiceLog } from './service-log.ts';

export type ServiceProcess = {
  stop(): Promise<void>;
  /** How it ended, where it ended although nobody asked it to; never where it was stopped. */
  readonly died: Promise<string>;
};

const cli = fileURLToPath(new URL('../../cli.ts', import.meta.url));
const endWithParent = new URL('./end-with-parent.ts', import.meta.url).href;

export type ServiceStart = {
  readonly settingsFile: string;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: ServiceLog;
};

/**
 * Starts `windlass run` with a settings file, as a process of its own that ends when this one does, and waits until it answers at
 * its probe.
 */
export async function startServiceProcess({ settingsFile, url, env, log }: ServiceStart): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ['--import', endWithParent, cli, 'run', '--settings', settingsFile], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A Ctrl-C reaches the whole group of a terminal; the demo stops the service when it has read what it needs.
    detached: true,
  });
  child.stdout.on('data', (chunk: Buffer) => log.add(chunk));
  child.stderr.on('data', (chunk: Buffer) => log.add(chunk));
  const running = attend(child);
  try {
    await becomeReady(url, running.died, () => log.text());
  } catch (thrown) {
    await running.stop();
    throw thrown;
  }
  return running;
}

/** Stops a process with SIGTERM, and tells of one that ends before that. */
export function attend(child: ChildProcess): ServiceProcess {
  let stopping = false;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `with status ${String(code)}` : `by ${signal}`));
  });
  const died = new Promise<string>((resolve) => {
    void exited.then((how) => (stopping ? undefined : resolve(how)));
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  };
  return { stop, died };
}

/** What a person is told of a service that died while a demo is kept. `start` is the line that starts it again. */
export function deathNotice(how: string, start: string): string {
  return `\nthe service ended ${how}; everything else still runs. In another terminal, this starts it again:\n${start}\n`;
}

async function becomeReady(url: string, died: Promise<string>, log: () => string): Promise<void> {
  let ended: string | undefined;
  void died.then((how) => (ended = how));
  for (const until = performance.now() + 30_000; performance.now() < until;) {
    if (ended !== undefined) throw new Error(`the service ended ${ended}:\n${log()}`);
    const ready = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`the service did not become ready:\n${log()}`);
}
