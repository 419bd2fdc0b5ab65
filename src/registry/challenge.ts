/** One way to log in that a 401 offers. Scheme and parameter names in lower case. */
export type Challenge = { readonly scheme: string; readonly parameters: ReadonlyMap<string, string> };

// A comma, a parameter with a token or quoted value, a token68 or a scheme, in this order of preference (RFC 9110, 11.3).
const part = /\s*(?:(,)|([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"=]+))|([\w!#$%&'*+.^`|~/=-]+))/gy;

/** The challenges of one or several `WWW-Authenticate` headers (RFC 9110, 11.6.1): several may stand in one header, values may hold commas. */
export function parseChallenges(header: string | readonly string[] | undefined): readonly Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  const text = typeof header === 'string' ? header : (header ?? []).join(', ');
  for (const [, , name, quoted, bare = '', scheme] of text.matchAll(part)) {
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    if (name !== undefined) found.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare);
  }
  return found;
}
