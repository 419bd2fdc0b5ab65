import { sentenceOf } from '../../kernel/failure.ts';
import type { Listing, RegistryAccess } from '../../registry/listing.ts';
import { registryAccess } from '../credentials.ts';
import { withPatience } from '../patience.ts';
import type { Gathered, Located, PlaceState, Spot, UpdateContext } from './context.ts';

type Listed = { readonly listing: Listing; readonly access: RegistryAccess };

async function listFor(
  context: UpdateContext,
  { refused }: Located,
  { watch, subscription }: Spot['readers'][number],
  signal: AbortSignal,
): Promise<Listed | undefined> {
  const namespace = subscription.app.resource.view.spec.destination.namespace;
  const found = await registryAccess({ ...watch, namespace }, context.settings.registryHosts, context.credentials);
  if (found.kind === 'refused') {
    refused.add(subscription.app.ref, 'ImageUpdateError', `${watch.image}: ${found.because}`);
    return undefined;
  }
  try {
    const listing = context.listings.get(watch.image, found.access, signal);
    return {
      listing: await withPatience(context.ports.clock, `listing the tags of ${watch.image}`, listing, signal),
      access: found.access,
    };
  } catch (thrown) {
    refused.add(subscription.app.ref, 'ImageUpdateError', sentenceOf(thrown));
    return undefined;
  }
}

/** The places of a branch with the tags that their registries list: one listing per distinct image. */
export async function listTags(context: UpdateContext, located: Located, signal: AbortSignal): Promise<Gathered> {
  const states = await Promise.all(
    located.spots.map(async (spot): Promise<readonly PlaceState[]> => {
      const listed = await Promise.all(spot.readers.map((reader) => listFor(context, located, reader, signal)));
      const [first] = listed;
      // One reader without a listing decides nothing for the place: a tag must satisfy every watch.
      if (first === undefined || listed.includes(undefined)) return [];
      return [{ ...spot, listing: first.listing, access: first.access }];
    }),
  );
  return { ...located, places: states.flat() };
}
