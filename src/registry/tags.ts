import { Failure } from '../kernel/failure.ts';
import { isTag } from '../kernel/image.ts';
import { isBody } from '../kernel/json.ts';
import type { Millis } from '../kernel/time.ts';
import type { Asking } from './asking.ts';
import { isSameHost } from './hosts.ts';
import { parseJson } from './json-body.ts';
import { nextPage } from './link.ts';
import type { Answer, Question } from './question.ts';
import { sentence } from './question.ts';
import { refusalOf } from './refusal.ts';

/** `pageSize` is what we ask for; registries may give fewer. `link: query` takes the query alone from a link to the next page. */
export type TagLimits = { readonly pageSize: number; readonly maxPages: number; readonly maxTags: number; readonly link?: 'query' };

export type TagPages = { readonly tags: readonly string[]; readonly complete: boolean; readonly because?: string };

/**
 * All tags behind the first page, in the order of the registry, each once; those outside the OCI grammar are dropped (LOOP 22). A limit
 * gives an incomplete answer; a page that fails throws, so that a part is never taken for the whole.
 */
export async function listTags(asking: Asking, first: Question, limits: TagLimits, now: () => Millis): Promise<TagPages> {
  const tags = new Set<string>();
  const asked = new Set<string>();
  let question: Question | undefined = first;
  while (question !== undefined) {
    if (asked.has(question.url.href)) throw broken(question, 'a link to a page that was read already');
    if (asked.size >= limits.maxPages) return { tags: [...tags], complete: false, because: `more than ${limits.maxPages} pages of tags` };
    asked.add(question.url.href);
    const answer: Answer = await asking.ask(question);
    if (answer.status !== 200) throw refusalOf(question, answer, now());
    const page = tagsOf(question, answer.body);
    const before = tags.size;
    page.filter(isTag).forEach((tag) => tags.add(tag));
    if (tags.size > limits.maxTags)
      return { tags: [...tags].slice(0, limits.maxTags), complete: false, because: `more than ${limits.maxTags} tags` };
    question = following(first, question, { answer, page, grew: tags.size > before, limits });
  }
  return { tags: [...tags], complete: true };
}

type Page = { readonly answer: Answer; readonly page: readonly string[]; readonly grew: boolean; readonly limits: TagLimits };

function following(first: Question, question: Question, { answer, page, grew, limits }: Page): Question | undefined {
  const next = nextPage(answer.headers['link'], question.url);
  if (next.kind === 'refused') throw broken(question, next.because);
  const linked = next.kind === 'next' ? linkedPage(question.url, next.url, limits) : undefined;
  const url = linked ?? unlinkedPage(question.url, page, { full: page.length === limits.pageSize && grew });
  if (url === undefined) return undefined;
  const { credential, ...open } = first;
  // Where the next page is on another host of the same party, it gets no credential.
  return credential !== undefined && isSameHost(first.url, url) ? { ...open, url, credential } : { ...open, url };
}

function linkedPage(asked: URL, linked: URL, limits: TagLimits): URL {
  if (limits.link !== 'query') return linked;
  const url = new URL(asked);
  url.search = linked.search;
  return url;
}

/** OCI distribution 1.1 makes Link optional: exactly as many tags as asked for may mean that there are more. */
function unlinkedPage(url: URL, page: readonly string[], { full }: { readonly full: boolean }): URL | undefined {
  const last = page.at(-1);
  if (!full || last === undefined) return undefined;
  const next = new URL(url);
  next.searchParams.set('last', last);
  return next;
}

function tagsOf(question: Question, body: Uint8Array): readonly string[] {
  const parsed = parseJson(body);
  const tags: unknown = isBody(parsed) && 'tags' in parsed ? parsed['tags'] : undefined;
  // Distribution 2.8 says null when the last tag was deleted.
  if (tags === null) return [];
  if (!Array.isArray(tags)) throw broken(question, 'an answer that is no list of tags');
  return tags.filter((tag) => typeof tag === 'string');
}

function broken(question: Question, happened: string): Failure {
  return new Failure('broken-answer', sentence(question, happened));
}
