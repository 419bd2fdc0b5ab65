import { isBody } from '../../kernel/json.ts';
import type { KubeObject } from '../../resources/meta.ts';

/** The decoded value of one key of a Secret. */
export function secretText(secret: KubeObject, key: string): string | undefined {
  const data = isBody(secret['data']) ? secret['data'][key] : undefined;
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
  const plain = isBody(secret['stringData']) ? secret['stringData'][key] : undefined;
  return typeof plain === 'string' ? plain : undefined;
}
