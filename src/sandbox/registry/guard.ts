import { randomUUID } from 'node:crypto';
import type { Answered, Asked } from './answer.ts';
import { json, refuse } from './answer.ts';
import type { Route } from './routes.ts';

export type GuardOptions = {
  readonly auth: 'none' | 'basic' | 'bearer';
  readonly credential: { readonly username: string; readonly password: string };
  /** What the token server says about the life of its tokens. */
  readonly tokenSeconds: number;
  /** The field that carries the token: registries use either. */
  readonly tokenField: 'token' | 'access_token';
};

/** Asks for credentials. `admit` answers a request that may not pass and is silent about one that may. */
export type Guard = {
  admit(asked: Asked, route: Route, url: string): Answered | undefined;
  /** The token server: scopes are granted as asked, to whoever knows the credential. */
  grant(asked: Asked): Answered;
  /** All tokens handed out so far are refused from now on. */
  revoke(): void;
};

const openRoutes: ReadonlySet<Route['kind']> = new Set(['token', 'root', 'unknown']);

export function createGuard(options: GuardOptions): Guard {
  const granted = new Map<string, readonly string[]>();
  const { username, password } = options.credential;
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

  function grant(asked: Asked): Answered {
    if (asked.headers.authorization !== basic) return refuse(401, 'UNAUTHORIZED', 'authentication required');
    const token = randomUUID();
    granted.set(token, asked.url.searchParams.getAll('scope'));
    return json(200, { [options.tokenField]: token, expires_in: options.tokenSeconds, issued_at: new Date().toISOString() });
  }

  function admitBearer(asked: Asked, route: Route, url: string): Answered | undefined {
    const { authorization = '' } = asked.headers;
    const scopes = granted.get(authorization.replace(/^Bearer /, ''));
    const action = actionOf(asked.method);
    if (scopes !== undefined && (route.repository === '' || allows(scopes, route.repository, action))) return undefined;
    const actions = action === 'push' ? 'pull,push' : action;
    const scope = route.repository === '' ? '' : `,scope="repository:${route.repository}:${actions}"`;
    const error = scopes === undefined ? 'invalid_token' : 'insufficient_scope';
    // Only a token can be a wrong one: any other login is as good as none.
    const because = authorization.startsWith('Bearer ') ? `,error="${error}"` : '';
    return challenge(`Bearer realm="${url}/token",service="sandbox"${scope}${because}`);
  }

  function admit(asked: Asked, route: Route, url: string): Answered | undefined {
    if (options.auth === 'none' || openRoutes.has(route.kind)) return undefined;
    if (options.auth === 'bearer') return admitBearer(asked, route, url);
    return asked.headers.authorization === basic ? undefined : challenge('Basic realm="sandbox"');
  }

  return { admit, grant, revoke: () => granted.clear() };
}

function challenge(text: string): Answered {
  return refuse(401, 'UNAUTHORIZED', 'authentication required', { headers: { 'www-authenticate': text } });
}

function actionOf(method: string): string {
  if (method === 'GET' || method === 'HEAD') return 'pull';
  return method === 'DELETE' ? 'delete' : 'push';
}

function allows(scopes: readonly string[], repository: string, action: string): boolean {
  const prefix = `repository:${repository}:`;
  return scopes.some((scope) => scope.startsWith(prefix) && scope.slice(prefix.length).split(',').includes(action));
}
