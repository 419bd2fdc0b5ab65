import type { Body } from '../kernel/json.ts';
import { isBody } from '../kernel/json.ts';
import type { Platform } from '../kernel/image.ts';
import type { Time } from '../kernel/time.ts';
import { timeOf } from '../kernel/time.ts';

/** What an image's configuration says about its making. */
export type ImageOrigin = { readonly createdAt?: Time; readonly revision?: string; readonly platform?: Platform };

/** Reads `created`, the platform and the label org.opencontainers.image.revision (OCI image specification 1.1); what is absent or senseless is left out. */
export function parseImageConfig(parsed: unknown): ImageOrigin {
  if (!isBody(parsed)) return {};
  const config = parsed['config'];
  const labels = isBody(config) ? config['Labels'] : undefined;
  const revision = isBody(labels) ? labels['org.opencontainers.image.revision'] : undefined;
  const createdAt = createdAtOf(parsed['created']);
  return {
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(typeof revision === 'string' && revision !== '' ? { revision } : {}),
    ...platformIn(parsed),
  };
}

function platformIn({ os, architecture, variant }: Body): Pick<ImageOrigin, 'platform'> {
  const parts = [os, architecture, ...(variant === undefined || variant === '' ? [] : [variant])];
  return parts.every((part) => typeof part === 'string' && /^[\w.-]+$/.test(part)) ? { platform: parts.join('/') } : {};
}

function createdAtOf(created: unknown): Time | undefined {
  const ms = typeof created === 'string' ? Date.parse(created) : NaN;
  // Year 1 is Go's zero time: the builder set none.
  if (Number.isNaN(ms) || (typeof created === 'string' && created.startsWith('0001-'))) return undefined;
  return timeOf(ms);
}
