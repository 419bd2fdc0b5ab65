import * as z from 'zod';
import type { Credential } from '../../kernel/secret.ts';
import { keyOf } from '../credentials.ts';
import type { TagTimes } from '../listing.ts';
import type { Answer, Question } from '../question.ts';
import type { Pages } from './pages.ts';
import { readAllPages, readAs, saidOf, sideAddress, sideQuestion } from './pages.ts';
import type { Provider, SideReading } from './provider.ts';
import { isOwnHost } from './own-host.ts';
import { refusalOf } from '../refusal.ts';

const matches = (hostname: string): boolean => ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(hostname);

const TagPage = z.object({
  next: z.string().nullish(),
  results: z.array(
    z.object({ name: z.string(), digest: z.string().nullish(), tag_last_pushed: z.string().nullish(), last_updated: z.string().nullish() }),
  ),
});

// Docker says that they are short-lived, and not how short.
const passLifeMs = 5 * 60e3;

const AccessToken = z.object({ access_token: z.string().min(1) });

const pages = {
  read(answer: Answer, question: Question) {
    const { results, next } = readAs(TagPage, answer, question);
    return {
      tags: results.map((tag) => saidOf(tag.name, tag.digest, [tag.tag_last_pushed, tag.last_updated])),
      next: next ?? undefined,
    };
  },
};

/** What Docker Hub does not show to everybody it does not admit to have. */
const hidden = ({ status }: Answer): boolean => [401, 403, 404].includes(status);

/**
 * Docker Hub's own API (Docker Hub API 2-beta, "List repository tags", 100 a page): public repositories without a login; a private one with a
 * token that it gives for the registry's user and password or access token ("Create access token").
 */
async function times(reading: SideReading): Promise<TagTimes | undefined> {
  const { asking, repository, access } = reading;
  const base = sideAddress(reading, 'https://hub.docker.com');
  const [namespace = '', ...name] = repository.split('/');
  const first = sideQuestion(reading, `${base}/v2/namespaces/${namespace}/repositories/${name.join('/')}/tags?page_size=100`);
  const open: Pages = { ...pages, send: (question) => asking.askAs(question, undefined) };
  if (access.credential === undefined) return readAllPages(reading, first, open);
  const found = await readAllPages(reading, first, { ...open, closed: hidden });
  // A credential for a mirror is none for Docker Hub.
  if (found !== undefined || !isOwnHost(reading, matches)) return found;
  const token = await logIn(reading, `${base}/v2/auth/token`, access.credential);
  return readAllPages(
    reading,
    { ...first, credential: access.credential },
    { ...pages, send: (question) => asking.askAs(question, `Bearer ${token}`) },
  );
}

function logIn(reading: SideReading, address: string, credential: Credential): Promise<string> {
  const { now, asking } = reading;
  const body = JSON.stringify({ identifier: credential.username, secret: credential.password.reveal() });
  // Many may wait for it, so nobody's signal ends it.
  const { signal } = new AbortController();
  const question = sideQuestion(reading, address, { method: 'POST', body, credential, trying: 'log in to read push times', signal });
  return reading.pass(`${address} ${keyOf({ ...question, repository: '' })}`, passLifeMs, async () => {
    const answer = await asking.askAs(question, undefined);
    if (answer.status !== 200) throw refusalOf(question, answer, now());
    return readAs(AccessToken, answer, question).access_token;
  });
}

/** Docker Hub: GETs of manifests count against a quota that its headers tell, HEADs and lists do not. */
export const dockerHub: Provider = {
  title: 'Docker Hub',
  matches,
  webhook: 'docker-hub',
  times,
};
