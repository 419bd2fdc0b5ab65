import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CounterpartName } from '../real/counterparts.ts';
import { counterpart } from '../real/counterparts.ts';

export { freePort } from '../../src/sandbox/free-ports.ts';

/** How a real server is started: its folder is gone when it stops, `ready` is asked until it says so. */
export type Program = {
  readonly path: string;
  readonly home: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly ready: () => Promise<boolean>;
};

export type Running = { readonly stop: () => Promise<void> };

const patienceMs = 50_000;
const betweenMs = 25;

/** A server of a contract: what a person calls it, and how one is started. */
export type Contender<Start> = readonly [name: string, start: Start];

/** Where the real server is not at hand its rows are left out, and the run says so; with REQUIRE_REAL=1 that is a failure. */
export function realOr<Start>(contract: string, name: CounterpartName, begin: (path: string) => Start): readonly Contender<Start>[] {
  const path = counterpart(name);
  if (path !== undefined) return [[`a real ${name}`, begin(path)]];
  if (process.env['REQUIRE_REAL'] === '1') throw new Error(`${contract} contract: there is no ${name}; run npm run real:install`);
  process.stdout.write(`${contract} contract: no ${name} at hand, its rows ran on the others only\n`);
  return [];
}

/** A new folder for one server. */
export function makeHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'windlass-contract-'));
}

/** Starts a program and waits until it is ready; throws with what it printed where it ends before, or is not ready in 50 seconds. */
export async function startProgram({ path, home, args, env, ready }: Program): Promise<Running> {
  const child = spawn(path, args, {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-4000)));
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => ((printed += error.message), resolve()));
    child.once('exit', () => resolve());
  });
  const state = { ended: false };
  void gone.then(() => (state.ended = true));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
    // What the program itself started may write for a moment longer.
    await rm(home, { recursive: true, force: true, maxRetries: 10 });
  };
  const began = performance.now();
  while (performance.now() - began < patienceMs && !state.ended) {
    if (await ready().catch(() => false)) return { stop };
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
  }
  await stop();
  throw new Error(`${path} did not become ready: ${printed}`);
}

/** Whether an address answers with success. */
export async function answersOk(url: string): Promise<boolean> {
  const { ok, body } = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  await body?.cancel();
  return ok;
}
