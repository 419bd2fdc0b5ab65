import type { Credential } from '../../kernel/secret.ts';
import type { TagTimes } from '../listing.ts';
import type { Millis } from '../../kernel/time.ts';
import { remember } from '../remember.ts';
import type { Calls, EcrOptions } from './calls.ts';
import { cancelled, createCalls } from './calls.ts';
import type { Ecr, EcrLimits } from './ecr.ts';
import { describeImages } from './images.ts';
import type { EcrPlace } from './place.ts';
import type { EcrToken } from './token.ts';
import { fetchToken } from './token.ts';

type Registry = {
  readonly place: EcrPlace;
  readonly calls: Calls;
  token?: EcrToken & { readonly at: Millis };
  pending?: Promise<EcrToken>;
};

const maxRegistries = 200;

/** A token that is younger is not renewed, whoever refuses it. */
const againMs = 60_000;

/** Keeps one client and one token for each registry. */
export function createEcr(options: EcrOptions): Ecr {
  const registries = new Map<string, Registry>();

  function registryOf(place: EcrPlace): Registry {
    const key = `${place.host} ${place.endpoint ?? ''}`;
    const registry = registries.get(key) ?? { place, calls: createCalls(options, place) };
    // Annotations name hosts: the one that was asked for longest ago goes.
    remember(registries, key, { value: registry, limit: maxRegistries });
    return registry;
  }

  async function login(place: EcrPlace, signal: AbortSignal, renewed?: 'renewed'): Promise<Credential> {
    const registry = registryOf(place);
    const { token } = registry;
    const isOld = token === undefined || options.now() >= token.renewAt;
    // A new token is refused for what its repository allows: others may not pay for it with the calls of the whole account.
    const isYoung = token !== undefined && options.now() - token.at < againMs;
    if (!isOld && (renewed === undefined || isYoung)) return token.credential;
    registry.pending ??= fetchToken(registry.calls, place, options.now)
      .then((fetched) => (registry.token = { ...fetched, at: options.now() }))
      .finally(() => delete registry.pending);
    return (await unlessAborted(registry.pending, place.host, signal)).credential;
  }

  async function times(
    place: EcrPlace,
    of: { readonly repository: string; readonly limits: EcrLimits },
    signal: AbortSignal,
  ): Promise<TagTimes> {
    return describeImages(registryOf(place).calls, { place, ...of }, signal);
  }

  function close(): void {
    for (const { calls } of registries.values()) calls.close();
    registries.clear();
  }

  return { login, times, close };
}

/** Several may wait for one token: who gives up leaves the others theirs. */
function unlessAborted<Value>(pending: Promise<Value>, host: string, signal: AbortSignal): Promise<Value> {
  if (signal.aborted) return Promise.reject(cancelled(host));
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(cancelled(host));
    signal.addEventListener('abort', giveUp, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
