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

/** `registry.example.com: 401 for team/shop (list tags, as bot)`: what happened, to which host, for what. */
export function sentence(question: Question, happened: string, detail?: string): string {
  const who = question.credential === undefined ? 'without a credential' : `as ${question.credential.username}`;
  return `${question.url.host}: ${happened} for ${question.repository} (${question.trying}, ${who})${detail === undefined ? '' : `: ${detail}`}`;
}
