import { describe, expect, it } from 'vitest';
import { parseEcrHost } from '../../../src/registry/ecr/place.ts';

const account = '123456789012';

describe('what the name of a registry of Amazon ECR says', () => {
  it.each([
    [`${account}.dkr.ecr.eu-west-1.amazonaws.com`, 'eu-west-1', false, false],
    [`${account}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`, 'us-gov-west-1', true, false],
    [`${account}.dkr.ecr.cn-north-1.amazonaws.com.cn`, 'cn-north-1', false, false],
    [`${account}.dkr-ecr.eu-central-1.on.aws`, 'eu-central-1', false, true],
    [`${account}.dkr-ecr-fips.us-east-1.on.aws`, 'us-east-1', true, true],
    [`${account}.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn`, 'cn-northwest-1', false, true],
    [`${account}.DKR.ECR.eu-west-1.amazonaws.com`, 'eu-west-1', false, false],
  ])('%s', (host, region, fips, dualStack) => {
    expect(parseEcrHost(host)).toEqual({ host: host.toLowerCase(), account, region, fips, dualStack });
  });

  it.each([
    `${account}.dkr.ecr.eu-west-1.amazonaws.com.evil.example`,
    `evil.${account}.dkr.ecr.eu-west-1.amazonaws.com`,
    `${account}.dkr.ecr.eu-west-1.amazonaws.org`,
    `${account}.dkr-ecr.eu-west-1.amazonaws.com`,
    `${account}.dkr.ecr.eu-west-1.on.aws`,
    `12345.dkr.ecr.eu-west-1.amazonaws.com`,
    'public.ecr.aws',
    'registry.example.com',
    '',
  ])('%s is none', (host) => expect(parseEcrHost(host)).toBeUndefined());
});
