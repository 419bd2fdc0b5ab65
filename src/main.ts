import { readFileSync } from 'node:fs';
import pino from 'pino';
import type { Logger } from 'pino';
import { Failure, sentenceOf } from './kernel/failure.ts';
import { describeProblem } from './kernel/problem.ts';
import { Secret } from './kernel/secret.ts';
import { whyUnreadable } from './kernel/unreadable.ts';
import { createServer } from './server/server.ts';
import { createServiceMetrics } from './server/metrics.ts';
import type { Settings } from './settings.ts';
import { readSettings } from './settings.ts';
import { wire } from './wire.ts';

export type StartOptions = { readonly settingsFile?: string; readonly flags: Readonly<Record<string, string | undefined>> };

/** Reads the settings from file, variables and flags; undefined after every problem was printed. `serving`: the service runs with them. */
export function loadSettings(options: StartOptions, serving = false): Settings | undefined {
  const file = settingsFileOf(options);
  const read = readSettings({ ...(file === undefined ? {} : { file }), env: process.env, flags: options.flags, serving });
  const said = read.kind === 'read' ? read.notes : read.problems.map(describeProblem);
  for (const line of [...(file?.why ?? []), ...said]) process.stderr.write(`${line}\n`);
  return read.kind === 'read' && file?.why === undefined ? read.settings : undefined;
}

type SettingsFile = { readonly name: string; readonly text?: string; readonly why?: readonly string[] };

/** The settings file that a flag or a variable names, or why it cannot be read. */
function settingsFileOf({ settingsFile }: StartOptions): SettingsFile | undefined {
  const name = settingsFile ?? process.env['WINDLASS_SETTINGS'];
  if (name === undefined) return undefined;
  try {
    return { name, text: readFileSync(name, 'utf8') };
  } catch (thrown) {
    return { name, why: [`cannot read the settings file ${name}: ${whyUnreadable(thrown)}`] };
  }
}

function webhookSecret(settings: Settings): Secret | undefined {
  const { secretEnv, secretFile } = settings.webhooks;
  const text = secretFile === '' ? (secretEnv === '' ? undefined : process.env[secretEnv]) : readSecretFile(secretFile);
  return text === undefined || text === '' ? undefined : new Secret(text);
}

function readSecretFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new Failure('not-found', `cannot read webhooks.secretFile ${path}: ${whyUnreadable(cause)}`, { cause });
  }
}

function createLog(level: Settings['log']['level']): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } });
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

/** Serves until the signal aborts. Throws where it cannot begin; everything that was opened is closed by then. */
async function serve(settings: Settings, log: Logger, signal: AbortSignal): Promise<void> {
  const secret = webhookSecret(settings);
  const metrics = createServiceMetrics();
  const wired = await wire(settings, log, signal, metrics);
  const { service } = wired;
  let ready = false;
  const server = createServer({
    host: settings.http.host,
    port: settings.http.port,
    ready: () => ({ ready, because: ready ? 'all caches are filled' : 'the first lists are under way' }),
    metricsText: () => metrics.text(service.depths()),
    explain: (namespace, name, asking) => service.explain(namespace, name, asking),
    onRegistryEvent: ({ image }) => service.look(image).length > 0,
    onPush: (push) => service.lookAtGit(push),
    ...(secret === undefined ? {} : { webhookSecret: secret }),
    countWebhook: (hook, outcome) => metrics.countWebhook(hook, outcome),
    log,
  });
  try {
    if (settings.http.enabled) log.info({ url: await server.start() }, 'listening');
    await service.start(signal);
    ready = true;
    log.info({ engine: settings.engine, cluster: settings.cluster.name }, 'started');
    await whenAborted(signal);
  } finally {
    ready = false;
    const grace = AbortSignal.timeout(settings.shutdown.grace);
    await Promise.race([service.stop(), whenAborted(grace)]);
    await Promise.race([Promise.all([server.close(), wired.close()]), whenAborted(grace)]);
  }
}

/** A failed attempt or call of the system says everything in its sentence; only what nobody expected is told with its stack. */
function fatalFields(thrown: unknown): Readonly<Record<string, unknown>> {
  if (thrown instanceof Failure) return { code: thrown.code, because: thrown.message };
  const expected = thrown instanceof Error && 'syscall' in thrown;
  return { because: sentenceOf(thrown), ...(expected ? {} : { err: thrown }) };
}

/** Runs the service until it is asked to stop. Answers the exit status. */
export async function runService(options: StartOptions): Promise<number> {
  const settings = loadSettings(options, true);
  if (settings === undefined) return 2;
  const log = createLog(settings.log.level);
  const signal = stopSignal(log);
  try {
    await serve(settings, log, signal);
  } catch (thrown) {
    // Asked to stop while it was starting: what was cancelled by that is no failure.
    if (!signal.aborted) {
      log.fatal(fatalFields(thrown), 'the service cannot run');
      return 1;
    }
  }
  log.info({}, 'stopped');
  return 0;
}
