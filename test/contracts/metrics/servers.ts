import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startMetrics } from '../../../src/sandbox/metrics/start-metrics.ts';
import type { Contender } from '../programs.ts';
import { answersOk, freePort, makeHome, realOr, startProgram } from '../programs.ts';
import type { Written } from './remote-write.ts';
import { remoteWrite } from './remote-write.ts';

export type MetricsServer = { readonly url: string; readonly stop: () => Promise<void> };

/** Starts a server that holds these series. */
export type StartMetrics = (series: readonly Written[]) => Promise<MetricsServer>;

type StartLimited = (flags: readonly string[], series: readonly Written[]) => Promise<MetricsServer>;

/** Prometheus with flags of its own, where it is at hand. */
export const limitedPrometheus: readonly Contender<StartLimited>[] = realOr<StartLimited>(
  'Metrics',
  'prometheus',
  (path) => (flags, series) => startPrometheus(path, series, flags),
);

export const metricsServers: readonly Contender<StartMetrics>[] = [
  ['the sandbox metrics', (series) => startMetrics({ source: () => series })],
  ...limitedPrometheus.map(([name, start]): Contender<StartMetrics> => [name, (series) => start([], series)]),
];

async function startPrometheus(path: string, series: readonly Written[], flags: readonly string[]): Promise<MetricsServer> {
  const [home, port] = await Promise.all([makeHome(), freePort()]);
  await writeFile(join(home, 'prometheus.yml'), 'global: {}\n');
  const url = `http://127.0.0.1:${port}`;
  const args = [
    ...[
      `--config.file=${join(home, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(home, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    ...['--web.enable-remote-write-receiver', '--log.level=warn', ...flags],
  ];
  const running = await startProgram({ path, home, args, ready: () => answersOk(`${url}/-/ready`) });
  try {
    await remoteWrite(url, series);
  } catch (thrown) {
    await running.stop();
    throw thrown;
  }
  return { url, stop: running.stop };
}
