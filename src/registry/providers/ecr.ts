import { Failure } from '../../kernel/failure.ts';
import { splitImageName } from '../../kernel/image.ts';
import type { EcrPlace } from '../ecr/place.ts';
import { parseEcrHost } from '../ecr/place.ts';
import type { Provider, SideReading } from './provider.ts';

/**
 * A private registry of Amazon ECR: account and region are in its name, the AWS SDK finds a credential for it where nobody named one, and
 * DescribeImages says when every image was pushed (100 a page by default, 1,000 at most, in no order).
 */
export const ecr: Provider = {
  title: 'Amazon ECR',
  matches: (hostname) => parseEcrHost(hostname) !== undefined,
  // More is a 405: "less than or equal to 1000".
  pageSize: 1000,
  webhook: 'eventbridge-ecr',
  login: async (reading, renewed) => reading.ecr.login(placeOf(reading), reading.signal, renewed),
  times: async (reading) => {
    const { repository, limits, signal, access } = reading;
    try {
      return await reading.ecr.times(placeOf(reading), { repository, limits }, signal);
    } catch (thrown) {
      // A password for the registry, made elsewhere, does not open the control API.
      if (access.credential !== undefined && thrown instanceof Failure && thrown.code === 'unauthorized') return undefined;
      throw thrown;
    }
  },
};

/** Out of the image's name; where a mirror stands in between, out of the address that answers. */
function placeOf({ image, access }: SideReading): EcrPlace {
  const { registry } = splitImageName(image);
  const hostname = URL.canParse(access.apiUrl) ? new URL(access.apiUrl).hostname : '';
  const place = parseEcrHost(registry) ?? parseEcrHost(hostname);
  if (place === undefined) {
    throw new Failure('rejected', `${registry}: no registry of Amazon ECR: expected ACCOUNT.dkr.ecr.REGION.amazonaws.com`);
  }
  return access.providerUrl === undefined ? place : { ...place, endpoint: access.providerUrl };
}
