import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { hasControllers, realBinaries, startMemory, startReal } from './kubernetes/api-servers.ts';
import type { ApiServer } from './kubernetes/api-servers.ts';
import { describeApply } from './kubernetes/apply.ts';
import { describeClientSide } from './kubernetes/client-side.ts';
import { describeDefinitions } from './kubernetes/definitions.ts';
import { describeDeletion, describeOwners } from './kubernetes/deletion.ts';
import { describeDiscovery } from './kubernetes/discovery.ts';
import { describeReads } from './kubernetes/reads.ts';
import { Stage } from './kubernetes/stage.ts';
import { describeWrites } from './kubernetes/writes.ts';

const folder = realBinaries;
const servers: readonly (readonly [string, () => Promise<ApiServer>, boolean])[] = [
  ['the in-memory API', startMemory, true],
  ...(folder === undefined ? [] : [['a real kube-apiserver', () => startReal(folder), hasControllers(folder)] as const]),
];
const ran = servers.map(([name]) => name).join(' and ');
process.stdout.write(`Kubernetes contract: ${ran}${folder === undefined ? ' (no kube-apiserver at hand)' : ''}\n`);

describe.each(servers)('%s', (_, begin, collects) => {
  const stage = new Stage();
  beforeAll(() => stage.start(begin), 90_000);
  beforeEach(() => stage.enterNamespace());
  afterAll(() => stage.stop());

  describeDiscovery(stage);
  describeWrites(stage);
  describeApply(stage);
  describeReads(stage);
  describeDeletion(stage);
  if (collects) describeOwners(stage);
  describeDefinitions(stage);
  describeClientSide(stage);
});
