import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A token server of the distribution specification: whoever knows the credential gets every scope that it asks for. */
export type TokenServer = {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** The public key, as a JSON Web Key Set. */
  readonly keys: string;
  readonly stop: () => Promise<void>;
};

const service = 'registry.test';
const issuer = 'contract-issuer';
const kid = 'contract-key';
const lifeSeconds = 300;

export async function startTokenServer(credential: { readonly username: string; readonly password: string }): Promise<TokenServer> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const basic = `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== basic) {
      response.writeHead(401).end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }));
      return;
    }
    const scopes = new URL(request.url ?? '/', 'http://token').searchParams.getAll('scope');
    const claims = claimsOf(credential.username, scopes);
    const signed = [{ typ: 'JWT', alg: 'ES256', kid }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('SHA256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    response.end(JSON.stringify({ token: `${signed}.${signature}`, expires_in: lifeSeconds }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }] });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { realm, service, issuer, keys, stop };
}

function claimsOf(subject: string, scopes: readonly string[]): object {
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.flatMap((scope) => {
    const [, type = '', name = '', actions = ''] = /^([^:]+):(.+):([^:]+)$/.exec(scope) ?? [];
    return type === '' ? [] : [{ type, name, actions: actions.split(',') }];
  });
  return { iss: issuer, sub: subject, aud: service, exp: now + lifeSeconds, nbf: now - 5, iat: now, jti: randomUUID(), access };
}
