import { Failure } from '../../kernel/failure.ts';
import type { RegistryAccess } from '../listing.ts';
import { acr } from './acr.ts';
import { artifactory } from './artifactory.ts';
import { dockerHub } from './docker-hub.ts';
import { ecr } from './ecr.ts';
import { ecrPublic } from './ecr-public.ts';
import { gar } from './gar.ts';
import { generic } from './generic.ts';
import { ghcr } from './ghcr.ts';
import { gitlab } from './gitlab.ts';
import { harbor } from './harbor.ts';
import type { Provider } from './provider.ts';
import { quay } from './quay.ts';

/** Every kind of registry that is known by name; what is none of them is generic. */
export const providers = {
  generic,
  'docker-hub': dockerHub,
  ghcr,
  quay,
  ecr,
  'ecr-public': ecrPublic,
  gar,
  acr,
  harbor,
  gitlab,
  artifactory,
} satisfies Record<string, Provider>;

type ProviderName = keyof typeof providers;

function isProviderName(name: string): name is ProviderName {
  return Object.hasOwn(providers, name);
}

/** The kind of registry that answers at an address: what the settings say, else what its host tells, else generic. */
export function providerOf(access: RegistryAccess): Provider {
  const { provider: named } = access;
  if (named !== undefined) {
    if (isProviderName(named)) return providers[named];
    throw new Failure('rejected', `provider ${JSON.stringify(named)} is unknown: expected one of ${Object.keys(providers).join(', ')}`);
  }
  return providerAt(access.apiUrl);
}

/** The kind of registry that the host of an address tells. */
export function providerAt(address: string): Provider {
  const hostname = URL.canParse(address) ? new URL(address).hostname : '';
  return Object.values<Provider>(providers).find((provider) => provider.matches(hostname)) ?? generic;
}
