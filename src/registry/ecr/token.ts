import { Failure } from '../../kernel/failure.ts';
import type { Credential } from '../../kernel/secret.ts';
import { Secret } from '../../kernel/secret.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Calls } from './calls.ts';
import type { EcrPlace } from './place.ts';

export type EcrToken = { readonly credential: Credential; readonly renewAt: Millis };

const defaultLifeMs = 3600e3;

/** User and password (base64 of `AWS:PASSWORD`), to be renewed at half of their life. AWS documents 12 hours. */
export async function fetchToken(calls: Calls, { host }: EcrPlace, now: () => Millis): Promise<EcrToken> {
  const call = { host, action: 'ecr:GetAuthorizationToken', trying: 'get a token' };
  // Many may wait for it, so nobody's signal ends it.
  const { signal } = new AbortController();
  const answer = await calls.make(call, signal, (sdk, abortSignal) => sdk.token(abortSignal));
  const [data] = answer.authorizationData ?? [];
  const text = Buffer.from(data?.authorizationToken ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1) {
    throw new Failure('broken-answer', `${host}: an answer without a user and a password (${call.trying}, ${call.action})`);
  }
  const at = now();
  const expires = data?.expiresAt?.getTime() ?? NaN;
  const lifeMs = Number.isNaN(expires) ? defaultLifeMs : Math.max(0, expires - at);
  return { credential: { username: text.slice(0, colon), password: new Secret(text.slice(colon + 1)) }, renewAt: at + lifeMs / 2 };
}
