import { isDeleted } from '../../sync/deletion.ts';
import type { Ports } from '../ports.ts';
import type { AppView, Claims } from '../world.ts';
import { readApplication } from '../world.ts';
import { subscriptionText } from './index.ts';

/**
 * Whether an Application asks for the same as when its images were decided, by what is known now without asking anybody: it may have been
 * paused, changed or deleted since, most of all where this process stood still. Its change is looked at by itself.
 */
export function stillAsks(ports: Pick<Ports, 'cluster'>, claims: Claims, decided: AppView): boolean {
  const { namespace, name } = decided.ref;
  const now = readApplication(ports.cluster, claims, { namespace, name });
  if (now === undefined || !('resource' in now)) return false;
  return !isDeleted(now.resource.view) && subscriptionText(now) === subscriptionText(decided);
}
