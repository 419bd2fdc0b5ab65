import type { ImageName } from '../../kernel/image.ts';
import { splitImageName } from '../../kernel/image.ts';
import type { Millis } from '../../kernel/time.ts';
import type { RegistryAccess, TagTimes } from '../listing.ts';
import { remember } from '../remember.ts';
import type { SideReading } from './provider.ts';
import { providerOf } from './table.ts';

/** What providers offer beside the OCI distribution specification. All methods throw `Failure`. */
export type SideDoors = {
  /** The same access, with the provider's own credential where nobody named one and it has one. */
  login(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<RegistryAccess>;
  times(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<TagTimes | undefined>;
};

type Surroundings = Pick<SideReading, 'asking' | 'ecr' | 'now' | 'limits'>;

const maxPasses = 1000;

export function createSideDoors(surroundings: Surroundings): SideDoors {
  const passes = new Map<string, { readonly text: Promise<string>; readonly until: Millis }>();

  const pass: SideReading['pass'] = (key, lifeMs, obtain) => {
    const kept = passes.get(key);
    if (kept !== undefined && surroundings.now() < kept.until) return kept.text;
    const text = obtain();
    remember(passes, key, { value: { text, until: surroundings.now() + lifeMs }, limit: maxPasses });
    text.catch(() => passes.get(key)?.text === text && passes.delete(key));
    return text;
  };

  const readingOf = (image: ImageName, access: RegistryAccess, signal: AbortSignal): SideReading => {
    return { ...surroundings, pass, image, repository: access.repository ?? splitImageName(image).repository, access, signal };
  };

  async function login(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<RegistryAccess> {
    const { login: ask } = providerOf(access);
    if (access.credential !== undefined || ask === undefined) return access;
    const reading = readingOf(image, access, signal);
    return { ...access, credential: await ask(reading), renew: () => ask(reading, 'renewed') };
  }

  async function times(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<TagTimes | undefined> {
    return providerOf(access).times?.(readingOf(image, access, signal));
  }

  return { login, times };
}
