import * as z from 'zod';
import type { TagTimes } from '../listing.ts';
import type { Answer, Question } from '../question.ts';
import { isBusy } from '../retry-after.ts';
import { isOwnHost } from './own-host.ts';
import { linkOf, readAllPages, readAs, saidOf, sideAddress, sideQuestion } from './pages.ts';
import type { Provider, SideReading } from './provider.ts';

const matches = (hostname: string): boolean => hostname === 'ghcr.io';

const Versions = z.array(
  z.object({
    name: z.string(),
    created_at: z.string().nullish(),
    metadata: z.object({ container: z.object({ tags: z.array(z.string()) }).optional() }).optional(),
  }),
);

function read(answer: Answer, question: Question) {
  const versions = readAs(Versions, answer, question);
  return {
    // A version is a digest; `updated_at` moves with every tag that it gains.
    tags: versions.flatMap(({ name, created_at, metadata }) =>
      (metadata?.container?.tags ?? []).map((tag) => saidOf(tag, name, [created_at])),
    ),
    next: linkOf(answer, question),
  };
}

/** A token that may pull need not be one that may read packages; GitHub answers 404 too for what it does not show. A spent quota is no such answer. */
const closed = (answer: Answer): boolean => [401, 403, 404].includes(answer.status) && !isBusy(answer);

/**
 * GitHub's REST API (2022-11-28, "List package versions", 100 a page), which asks for a token for public packages too: the password of the
 * registry is one. An owner is an organization or a person, and only GitHub knows which.
 */
async function times(reading: SideReading): Promise<TagTimes | undefined> {
  const { access, asking, repository } = reading;
  const { credential } = access;
  if (credential === undefined || !isOwnHost(reading, matches)) return undefined;
  const [owner = '', ...rest] = repository.split('/');
  const base = sideAddress(reading, 'https://api.github.com');
  const path = `${owner}/packages/container/${encodeURIComponent(rest.join('/'))}/versions?per_page=100&state=active`;
  const send = (question: Question): Promise<Answer> => asking.askAs(question, `Bearer ${credential.password.reveal()}`);
  const ask = (kind: 'orgs' | 'users'): Promise<TagTimes | undefined> => {
    const first = sideQuestion(reading, `${base}/${kind}/${path}`, { accept: 'application/vnd.github+json', credential });
    return readAllPages(reading, first, { send, read, closed });
  };
  return (await ask('orgs')) ?? (await ask('users'));
}

export const ghcr: Provider = {
  title: 'GitHub Container Registry',
  matches,
  // Ten requests within 3 ms got nine 429s.
  inFlight: 2,
  webhook: 'github-package',
  times,
};
