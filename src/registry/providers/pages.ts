import type { ZodType } from 'zod';
import { Failure } from '../../kernel/failure.ts';
import type { Digest } from '../../kernel/image.ts';
import { isDigest, isTag } from '../../kernel/image.ts';
import type { Time } from '../../kernel/time.ts';
import { timeOf } from '../../kernel/time.ts';
import { isSameHost } from '../hosts.ts';
import { parseJson } from '../json-body.ts';
import { nextPage } from '../link.ts';
import type { TagTimes } from '../listing.ts';
import type { Answer, Question } from '../question.ts';
import { sentence } from '../question.ts';
import { refusalOf } from '../refusal.ts';
import type { SideReading } from './provider.ts';

/** What a provider says of one tag. */
export type Said = { readonly tag: string; readonly digest?: Digest; readonly pushedAt?: Time };

/** One page of a provider's own listing: its tags, and the address of the next page, as it was written. */
export type SidePage = { readonly tags: readonly Said[]; readonly next: string | undefined };

/** How one provider's pages are asked for and read. */
export type Pages = {
  readonly send: (question: Question) => Promise<Answer>;
  readonly read: (answer: Answer, question: Question) => SidePage;
  /** Answers to the first question that mean: there is no side door, or it does not open for this credential. */
  readonly closed?: (answer: Answer) => boolean;
};

/** All pages behind the first one, on its host alone; undefined where the door is closed. A page that fails, and a limit, is a `Failure`. */
export async function readAllPages(reading: SideReading, first: Question, pages: Pages): Promise<TagTimes | undefined> {
  const { limits, now } = reading;
  const found = new Map<string, Omit<Said, 'tag'>>();
  const asked = new Set<string>();
  for (let question: Question | undefined = first; question !== undefined;) {
    visit(asked, question, limits.maxPages);
    const answer: Answer = await pages.send(question);
    if (question === first && pages.closed?.(answer) === true) return undefined;
    if (answer.status !== 200) throw refusalOf(question, answer, now());
    const page = pages.read(answer, question);
    for (const { tag, ...said } of page.tags) if (isTag(tag)) found.set(tag, said);
    if (found.size > limits.maxTags) throw new Failure('too-large', sentence(question, `more than ${limits.maxTags} tags`));
    question = page.next === undefined ? undefined : following(question, page.next);
  }
  return found;
}

function visit(asked: Set<string>, question: Question, maxPages: number): void {
  if (asked.has(question.url.href)) throw broken(question, 'a link to a page that was read already');
  if (asked.size >= maxPages) throw new Failure('too-large', sentence(question, `more than ${maxPages} pages`));
  asked.add(question.url.href);
}

function following(question: Question, written: string): Question {
  const next = nextPage(`<${written}>; rel="next"`, question.url);
  if (next.kind !== 'next') throw broken(question, next.kind === 'refused' ? next.because : 'the link to the next page is no address');
  if (!isSameHost(question.url, next.url)) {
    throw broken(question, `the link to the next page leads to another host, ${next.url.host}`);
  }
  return { ...question, url: next.url };
}

/** The next page that the `Link` header of an answer names, as text. */
export function linkOf(answer: Answer, question: Question): string | undefined {
  const next = nextPage(answer.headers['link'], question.url);
  if (next.kind === 'refused') throw broken(question, next.because);
  return next.kind === 'next' ? next.url.href : undefined;
}

/** A question to a provider's API about the image that is read. */
export function sideQuestion({ repository, limits, signal }: SideReading, address: string, more: Partial<Question> = {}): Question {
  if (!URL.canParse(address)) throw new Failure('rejected', `${repository}: the address of the provider's API, ${address}, is no URL`);
  const url = new URL(address);
  return {
    method: 'GET',
    url,
    accept: 'application/json',
    repository,
    trying: 'read push times',
    maxBytes: limits.pageBytes,
    signal,
    ...more,
  };
}

/** The registry's own credential, for questions that log in as the registry asks for it. */
export function asReader({ access: { credential, renew } }: SideReading): Pick<Question, 'credential' | 'renew'> {
  return { ...(credential === undefined ? {} : { credential }), ...(renew === undefined ? {} : { renew }) };
}

/** Where a provider's own API answers: where the settings say, else at the given address, without a slash at its end. */
export function sideAddress({ access }: SideReading, usual: string): string {
  return (access.providerUrl ?? usual).replace(/\/+$/, '');
}

/** The address of the registry itself, without a path: where most providers have their own API too. */
export function originOf({ access }: SideReading): string {
  return URL.canParse(access.apiUrl) ? new URL(access.apiUrl).origin : access.apiUrl;
}

/** The JSON of an answer as `schema` says; else a broken-answer `Failure` that says where it is not. */
export function readAs<Value>(schema: ZodType<Value>, answer: Answer, question: Question): Value {
  const read = schema.safeParse(parseJson(answer.body));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the answer' : issue.path.join('.');
  throw broken(question, 'an answer that is not as its provider documents it', `${where}: ${issue?.message ?? 'unreadable'}`);
}

/** What is said of a tag. Times are ISO 8601 or RFC 9110 text or epoch milliseconds; the first that makes sense counts, zero times do not. */
export function saidOf(tag: string, digest: string | null | undefined, times: readonly (string | number | null | undefined)[]): Said {
  const ms = times.map((time) => (typeof time === 'string' ? Date.parse(time) : (time ?? NaN))).find((each) => each > 0);
  return {
    tag,
    ...(typeof digest === 'string' && isDigest(digest) ? { digest } : {}),
    ...(ms === undefined || ms > 8.64e15 ? {} : { pushedAt: timeOf(ms) }),
  };
}

export function broken(question: Question, happened: string, detail?: string): Failure {
  return new Failure('broken-answer', sentence(question, happened, detail));
}
