import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type ServiceProcess = { log(): string; stop(): Promise<void>; readonly exited: Promise<number | null> };

const cli = fileURLToPath(new URL('../../cli.ts', import.meta.url));
const keptLines = 4_000;

/** Starts `windlass run` with a settings file, as a process of its own, and waits until it answers at its probe. */
export async function startServiceProcess(
  settingsFile: string,
  url: string,
  env: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [cli, 'run', '--settings', settingsFile], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const keep = (chunk: Buffer) => {
    lines.push(chunk.toString('utf8'));
    if (lines.length > keptLines) lines.splice(0, lines.length - keptLines);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const log = () => lines.join('');
  await becomeReady(url, exited, log);
  return {
    log,
    exited,
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
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
