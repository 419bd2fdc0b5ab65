import { isBody } from '../kernel/json.ts';
import { parseJson } from './json-body.ts';

/** A bearer token and its life in ms. */
export type Token = { readonly text: string; readonly lifeMs: number };

const defaultLifeS = 60;

/** The token of a token server's answer; undefined where it holds none. Distribution token specification: `token` or `access_token`, 60 s where nothing is said. */
export function parseTokenAnswer(body: Uint8Array): Token | undefined {
  const parsed = parseJson(body);
  if (!isBody(parsed)) return undefined;
  const text = [parsed['token'], parsed['access_token']].find((value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value));
  if (typeof text !== 'string') return undefined;
  const life = Number(parsed['expires_in']);
  return { text, lifeMs: (Number.isFinite(life) && life > 0 ? life : defaultLifeS) * 1000 };
}
