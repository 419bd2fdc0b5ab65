// Loaded when first needed. A file of its own: in a bundle, a package in CommonJS that is imported dynamically has no named exports.
import type { DescribeImagesCommandInput, DescribeImagesCommandOutput, GetAuthorizationTokenCommandOutput } from '@aws-sdk/client-ecr';
import { DescribeImagesCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import type { EcrPlace } from './place.ts';

/** The calls of Amazon ECR's control API that are made, signed with what the AWS SDK finds by itself. They throw as the SDK does. */
export type EcrSdk = {
  token(abortSignal: AbortSignal): Promise<GetAuthorizationTokenCommandOutput>;
  images(of: DescribeImagesCommandInput, abortSignal: AbortSignal): Promise<DescribeImagesCommandOutput>;
  close(): void;
};

export function openSdk({ region, endpoint, fips, dualStack }: EcrPlace): EcrSdk {
  const where = endpoint === undefined ? { useFipsEndpoint: fips, useDualstackEndpoint: dualStack } : { endpoint };
  const client = new ECRClient({ region, ...where });
  return {
    token: async (abortSignal) => client.send(new GetAuthorizationTokenCommand({}), { abortSignal }),
    images: async (of, abortSignal) => client.send(new DescribeImagesCommand(of), { abortSignal }),
    close: () => client.destroy(),
  };
}
