import { isBody } from '../../kernel/json.ts';
import type { Draft } from './object.ts';
import { bodyAt, without } from './object.ts';

/** A Secret as it is stored: `stringData` is a way to write `data`, wins there, and is never read back. Other kinds stay as they are. */
export function withStringData(object: Draft): Draft {
  const { stringData, apiVersion, kind, metadata } = object;
  if (kind !== 'Secret' || apiVersion !== 'v1' || !isBody(stringData)) return object;
  const written = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')] as const);
  const data = { ...bodyAt(object, 'data'), ...Object.fromEntries(written) };
  return { ...without(object, 'stringData'), apiVersion, kind, metadata, data };
}
