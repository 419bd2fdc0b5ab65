import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** `windlass run` as a process of its own, once it has started; answers how to end it without a warning (SIGKILL). */
export async function spawnService(settingsFile: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [cli, 'run', '--settings', settingsFile], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('"msg":"started"')) resolve();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    void exited.then(() => reject(new Error(`the service ended before it had started:\n${said}`)));
  });
  return async () => {
    child.kill('SIGKILL');
    await exited;
  };
}
