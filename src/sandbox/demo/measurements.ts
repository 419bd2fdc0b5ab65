import type { Api } from '../kubernetes/api.ts';
import { accessTo } from '../kubernetes/player/client.ts';
import { startMetrics } from '../metrics/start-metrics.ts';
import { startTraffic } from '../metrics/start-traffic.ts';

export type MeasurementOptions = {
  readonly api: Api;
  /** Share of requests (0 to 1) that fail on an image, by its imageID. */
  readonly errorRatioOf: (imageId: string) => Promise<number>;
  readonly random: () => number;
};

export type Measurements = { readonly url: string; pause(): Promise<void>; resume(): Promise<void>; stop(): Promise<void> };

/** Traffic to the pods that run, and a metrics endpoint that computes from what they counted. */
export async function startMeasurements({ api, errorRatioOf, random }: MeasurementOptions): Promise<Measurements> {
  const traffic = await startTraffic({ ...accessTo(api), requestsPerSecond: 2_000, tickMs: 50, errorRatioOf, random });
  const metrics = await startMetrics({ source: traffic.source });
  return {
    url: metrics.url,
    pause: () => metrics.pause(),
    resume: () => metrics.resume(),
    async stop() {
      await metrics.stop();
      await traffic.stop();
    },
  };
}
