import pino from 'pino';
import { readSettings } from '../../src/settings.ts';
import type { Wired } from '../../src/wire.ts';
import { wire } from '../../src/wire.ts';

type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** The service in this process: real ports, started and ended as often as a scenario wants. */
export type ServiceControl = {
  start(): Promise<void>;
  /** As on SIGTERM: what is under way ends first. */
  stop(): Promise<void>;
  /** Walks away in the middle: nothing is waited for, and the next start finds none of the local state. */
  crash(): void;
  /** The settings that the next start will have. */
  settings(): object;
  /** How often the images of an Application (`argocd/NAME`) were decided so far. */
  decided(name: string): number;
  /** Everything that the service logged, as parsed lines. */
  log(): readonly LogLine[];
};

type Running = { readonly wired: Wired; readonly stopping: AbortController };

/** `settingsOf` answers the settings file of a generation; every crash begins the next one. */
export function createServiceControl(settingsOf: (generation: number) => object): ServiceControl {
  const lines: LogLine[] = [];
  const log = pino({ level: 'debug', base: null }, { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) });
  let generation = 1;
  let running: Running | undefined;
  const crashed: Promise<unknown>[] = [];
  const end = async ({ wired, stopping }: Running) => {
    stopping.abort();
    await wired.service.stop();
    await wired.close();
  };
  return {
    async start() {
      const read = readSettings({ file: { name: 'scenario', text: JSON.stringify(settingsOf(generation)) }, env: {}, flags: {} });
      if (read.kind === 'refused') throw new Error(JSON.stringify(read.problems));
      const stopping = new AbortController();
      const wired = await wire(read.settings, log, stopping.signal);
      running = { wired, stopping };
      await wired.service.start(stopping.signal);
    },
    async stop() {
      const ending = running;
      running = undefined;
      if (ending !== undefined) await end(ending);
      await Promise.all(crashed);
    },
    crash() {
      if (running !== undefined) crashed.push(end(running));
      running = undefined;
      generation += 1;
    },
    settings: () => settingsOf(generation),
    decided: (name) => lines.filter((line) => line.msg === 'images decided' && line['application'] === `argocd/${name}`).length,
    log: () => lines,
  };
}
