import { readFileSync } from 'node:fs';
import pino from 'pino';
import type { Logger } from 'pino';
import { describeProblem } from './kernel/problem.ts';
import { Secret } from './kernel/secret.ts';
import { createServer } from './server/server.ts';
import { createServiceMetrics } from './server/metrics.ts';
import type { Settings } from './settings.ts';
import { readSettings } from './settings.ts';
import { wire } from './wire.ts';

export type StartOptions = { readonly settingsFile?: string; readonly flags: Readonly<Record<string, string>> };

/** Reads the settings from file, variables and flags; undefined after every problem was printed. */
export function loadSettings(options: StartOptions): Settings | undefined {
  const name = options.settingsFile ?? process.env['WINDLASS_SETTINGS'];
  let text: string | undefined;
  try {
    text = name === undefined ? undefined : readFileSync(name, 'utf8');
  } catch (thrown) {
    process.stderr.write(`settings file ${name ?? ''}: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    return undefined;
  }
  const read = readSettings({
    ...(name === undefined || text === undefined ? {} : { file: { name, text } }),
    env: process.env,
    flags: options.flags,
  });
  if (read.kind === 'read') return read.settings;
  for (const problem of read.problems) process.stderr.write(`${describeProblem(problem)}\n`);
  return undefined;
}

function webhookSecret(settings: Settings): Secret | undefined {
  const { secretEnv, secretFile } = settings.webhooks;
  const text = secretFile === '' ? (secretEnv === '' ? undefined : process.env[secretEnv]) : readFileSync(secretFile, 'utf8').trim();
  return text === undefined || text === '' ? undefined : new Secret(text);
}

function stopSignal(log: Logger): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      log.info({ signal: name }, 'stopping');
      stopping.abort();
    });
  }
  return stopping.signal;
}

async function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Runs the service until it is asked to stop. Answers the exit status. */
export async function runService(options: StartOptions): Promise<number> {
  const settings = loadSettings(options);
  if (settings === undefined) return 2;
  const log = pino({ level: settings.log.level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const signal = stopSignal(log);
  const metrics = createServiceMetrics();
  const wired = await wire(settings, log, signal, metrics);
  const { service } = wired;
  let ready = false;
  const secret = webhookSecret(settings);
  const server = createServer({
    host: settings.http.host,
    port: settings.http.port,
    ready: () => ({ ready, because: ready ? 'all caches are filled' : 'the first lists are under way' }),
    metricsText: () => metrics.text(service.depths()),
    explain: (namespace, name, asking) => service.explain(namespace, name, asking),
    onRegistryEvent: ({ image }) => service.look(image),
    ...(secret === undefined ? {} : { webhookSecret: secret }),
    log,
  });
  if (settings.http.enabled) log.info({ url: await server.start() }, 'listening');
  try {
    await service.start(signal);
    ready = true;
    log.info({ engine: settings.engine, cluster: settings.cluster.name }, 'started');
    await whenAborted(signal);
  } finally {
    ready = false;
    const grace = AbortSignal.timeout(settings.shutdown.grace);
    await Promise.race([service.stop(), whenAborted(grace)]);
    await Promise.race([Promise.all([server.close(), wired.close()]), whenAborted(grace)]);
    log.info({}, 'stopped');
  }
  return 0;
}

if (import.meta.main) process.exitCode = await runService({ flags: {} });
