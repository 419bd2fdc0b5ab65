import { afterAll, describe, expect, it } from 'vitest';
import { pushImage, retag } from '../../src/sandbox/registry/push.ts';
import { startRegistry } from '../../src/sandbox/registry/start-registry.ts';
import { realOr } from './programs.ts';
import { describeEncrypted } from './registry/encrypted.ts';
import { describeForge } from './registry/forge.ts';
import { describeListing } from './registry/listing.ts';
import { describeLogin } from './registry/login.ts';
import { describeManifests } from './registry/manifests.ts';
import { ours, second } from './registry/readers.ts';
import { registries } from './registry/servers.ts';
import { RegistryStage } from './registry/stage.ts';

// Two readers of one registry must say the same. What only ours can do stands in rows of its own, and docs/decisions/0001 says why.
const forges = realOr('Registry', 'gitea', (path) => path);
process.stdout.write(`Registry contract: ${[...registries, ...forges].map(([name]) => name).join(', ')}\n`);

describe.each(registries)('%s', (_, start) => {
  const stage = new RegistryStage(start);
  afterAll(() => stage.stop());

  describeListing(stage);
  describeManifests(stage);
  describeLogin(stage);
});

describe.each(forges)('%s', (_, path) => describeForge(path));

describe.each(realOr('Registry', 'registry', (path) => path))('%s behind TLS', (_, path) => describeEncrypted(path));

// What a person cannot make distribution do, and other registries do: docker-registry-client stands here with what it did.
describe('a registry with limits of its own', () => {
  it('that gives two tags a page: ours reads every page, docker-registry-client the first', async () => {
    const registry = await startRegistry({ pageSize: 2 });
    await pushImage(registry.url, 'team/shop', '1');
    for (const to of ['2', '3']) await retag(registry.url, 'team/shop', { from: '1', to });
    expect(await ours.tags(registry)).toEqual(['1', '2', '3']);
    expect(await second.tags(registry)).toEqual(['1', '2']);
    await registry.stop();
  });

  it('that refuses manifests alone: ours says unauthorized, docker-registry-client that the image is not there', async () => {
    const registry = await startRegistry({ auth: 'basic' });
    registry.setFaults([{ path: /manifests/, status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }]);
    await expect(ours.digest(registry, '1')).rejects.toMatchObject({ code: 'unauthorized' });
    expect(await second.digest(registry, '1')).toBe('absent');
    await registry.stop();
  });
});
