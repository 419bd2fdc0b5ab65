import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ServiceLog } from './service-log.ts';

export type ServiceProcess = { stop(): Promise<void> };

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
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await exited;
  };
  try {
    await becomeReady(url, exited, () => log.text());
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { stop };
}

async function becomeReady(url: string, exited: Promise<number | null>, log: () => string): Promise<void> {
  let ended: number | null | undefined;
  void exited.then((code) => (ended = code));
  for (const until = performance.now() + 30_000; performance.now() < until;) {
    if (ended !== undefined) throw new Error(`the service ended with status ${String(ended)}:\n${log()}`);
    const ready = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`the service did not become ready:\n${log()}`);
}
