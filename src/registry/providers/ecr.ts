import { parseEcrHost } from '../ecr/place.ts';
import type { Provider } from './provider.ts';

export const ecr: Provider = {
  title: 'Amazon ECR',
  matches: (hostname) => parseEcrHost(hostname) !== undefined,
  // More is a 405: "less than or equal to 1000".
  pageSize: 1000,
  webhook: 'eventbridge-ecr',
};
