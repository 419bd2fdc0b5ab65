import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reachOf } from '../../src/git/access.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { describeHostKeys } from './git/host-keys.ts';
import { describeDisk, describeProtocol, describePushing, describeReading } from './git/rows.ts';
import { sshServers } from './git/servers.ts';
import { GitStage } from './git/stage.ts';

const { passing, plain } = sshServers;
process.stdout.write(`Git contract over SSH: ${passing.map(([name]) => name).join(' and ') || 'nobody to ask'}\n`);

describe.each(passing)('%s', (_, begin) => {
  const stage = new GitStage(begin);
  beforeAll(() => stage.start());
  afterAll(() => stage.stop());

  describeReading(stage);
  describePushing(stage);
  describeDisk(stage);
  describeHostKeys(stage);
});

describe.each(plain)('%s that does not pass on the protocol version', (_, begin) => {
  const stage = new GitStage(begin);
  beforeAll(() => stage.start());
  afterAll(() => stage.stop());

  describeProtocol(stage);
});

it('a private key is for ssh addresses alone', () => {
  const sshKey = new Secret('a key');
  const reach = (url: string) => reachOf({ url, sshKey }, ['https', 'ssh']);
  expect(reach('ssh://git@git.example.com/acme/shop.git').sshKey).toBe(sshKey);
  expect(reach('git@git.example.com:acme/shop.git').sshKey).toBe(sshKey);
  expect(reach('https://git.example.com/acme/shop.git').sshKey).toBeUndefined();
});
