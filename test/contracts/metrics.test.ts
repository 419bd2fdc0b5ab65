import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeProvider } from './metrics/provider.ts';
import { describeQueries } from './metrics/queries.ts';
import { samples } from './metrics/samples.ts';
import { limitedPrometheus, metricsServers } from './metrics/servers.ts';
import { MetricsStage } from './metrics/stage.ts';

process.stdout.write(`Metrics contract: ${metricsServers.map(([name]) => name).join(' and ')}\n`);

describe.each(metricsServers)('%s', (_, begin) => {
  const stage = new MetricsStage();
  beforeAll(() => stage.start(begin));
  afterAll(() => stage.stop());

  describeQueries(stage);
  describeProvider(stage);
});

// Limits that an administrator sets; the stand-in has none.
describe.each(limitedPrometheus)('%s with a limit', (_, begin) => {
  it.each([
    // It depends on where the deadline meets the query which of the two is said.
    ['--query.timeout=0s', /answered (?:503: timeout: query timed out|422: execution: context deadline exceeded)/],
    ['--query.max-samples=1', /answered 422: execution: query processing would load too many samples into memory/],
  ])('%s', async (flag, because) => {
    const stage = new MetricsStage();
    await stage.start(() => begin([flag], samples.slice(0, 2)));
    await expect(stage.measure('sum_over_time(vector(1)[1h:1s])')).rejects.toThrow(because);
    await stage.stop();
  });
});
