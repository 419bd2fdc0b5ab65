import type { Provider } from './provider.ts';

/** The public gallery of Amazon ECR. Anybody gets a token; nothing lists push times. */
export const ecrPublic: Provider = {
  title: 'Amazon ECR Public',
  matches: (hostname) => hostname === 'public.ecr.aws' || hostname === 'ecr-public.aws.com',
  pageSize: 1000,
};
