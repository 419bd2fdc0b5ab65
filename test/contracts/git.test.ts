import { afterAll, beforeAll, describe } from 'vitest';
import { describeDisk, describePushing, describeReading } from './git/rows.ts';
import { httpServers } from './git/servers.ts';
import { GitStage } from './git/stage.ts';

process.stdout.write(`Git contract: ${httpServers.map(([name]) => name).join(' and ')}\n`);

describe.each(httpServers)('%s', (name, begin) => {
  const stage = new GitStage(begin);
  beforeAll(() => stage.start());
  afterAll(() => stage.stop());

  describeReading(stage);
  describePushing(stage);
  // Gitea's own hooks stand where this one would.
  if (!name.includes('gitea')) describeDisk(stage);
});
