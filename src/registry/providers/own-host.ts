import type { SideReading } from './provider.ts';

/**
 * Whether the credential of a reading is this provider's own, so that its API on another host may see it: the registry that it is bound to is
 * the provider's, or settings named the address of the API. A credential for a mirror is neither.
 */
export function isOwnHost({ access }: SideReading, matches: (hostname: string) => boolean): boolean {
  return access.providerUrl !== undefined || (URL.canParse(access.apiUrl) && matches(new URL(access.apiUrl).hostname));
}
