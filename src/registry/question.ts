import type { Credential } from '../kernel/secret.ts';

/**
 * One request to a registry. Addresses, sizes in bytes; `trying` is what a person reads about it. `actions` are what a token for the repository
 * must be good for beyond what the registry's challenge says; `body` is JSON that a POST carries; `renew` gives the credential that counts by
 * now, for when this one was refused.
 */
export type Question = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly accept: string;
  readonly repository: string;
  readonly trying: string;
  readonly maxBytes: number;
  readonly credential?: Credential;
  readonly renew?: () => Promise<Credential | undefined>;
  readonly actions?: readonly string[];
  readonly body?: string;
  readonly signal: AbortSignal;
};

/** Whom a registry counts a question for: a host, and who asks. */
export type Account = Pick<Question, 'url' | 'credential'>;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** `url` is where the answer came from, after redirects. The body of a HEAD is empty. */
export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array; readonly url: URL };

/** First value of a header; undefined where it is absent or empty. */
export function headerOf(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name];
  return (typeof value === 'string' ? value : value?.[0])?.trim() || undefined;
}

/** `registry.example.com: 401 for team/shop (list tags, as bot)`: what happened, to which host, for what. No secret is in it, whoever wrote it there. */
export function sentence(question: Question, happened: string, detail?: string): string {
  const who = question.credential === undefined ? 'without a credential' : `as ${question.credential.username}`;
  const said = `${question.url.host}: ${happened} for ${question.repository} (${question.trying}, ${who})`;
  return withoutSecrets(detail === undefined ? said : `${said}: ${detail}`, question.credential);
}

// A registry may say what it was sent: a header, a token.
const sent = /\b(Basic|Bearer)\s+(?=[a-z.~+/=-]*\d)[\w.~+/=-]{8,}|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/gi;
const shortestSecret = 4;

/** A text without the credential, however it is spelled in it, and without headers and tokens. */
export function withoutSecrets(text: string, credential: Credential | undefined): string {
  const password = credential?.password.reveal() ?? '';
  const pair = `${credential?.username ?? ''}:${password}`;
  const secrets = [Buffer.from(pair).toString('base64').replace(/=+$/, ''), encodeURIComponent(password), password];
  // What is shorter is no secret, and hiding it would spoil every sentence.
  const hidden = password.length < shortestSecret ? text : secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  return hidden.replace(sent, (_, scheme: string | undefined) => (scheme === undefined ? '***' : `${scheme} ***`));
}
