import * as z from 'zod';
import type { TagTimes } from '../listing.ts';
import type { Answer, Question } from '../question.ts';
import { originOf, readAllPages, readAs, saidOf, sideAddress, sideQuestion } from './pages.ts';
import type { Provider, SideReading } from './provider.ts';

const TagPage = z.object({
  tags: z.array(
    z.object({
      name: z.string(),
      manifest_digest: z.string().nullish(),
      start_ts: z.number().nullish(),
      last_modified: z.string().nullish(),
    }),
  ),
  page: z.number().int(),
  has_additional: z.boolean(),
});

function read(answer: Answer, question: Question) {
  const { tags, page, has_additional } = readAs(TagPage, answer, question);
  const next = new URL(question.url);
  next.searchParams.set('page', String(page + 1));
  return {
    // `start_ts`, in seconds: since when the tag has stood for this manifest.
    tags: tags.map((tag) => saidOf(tag.name, tag.manifest_digest, [(tag.start_ts ?? NaN) * 1000, tag.last_modified])),
    next: has_additional ? next.href : undefined,
  };
}

/**
 * Quay's API (v1, "listRepoTags", 100 a page). Public repositories without a login, others with an OAuth token (user `$oauthtoken`); the robot
 * accounts that people pull with are not let in.
 */
async function times(reading: SideReading): Promise<TagTimes | undefined> {
  const { access, asking, repository } = reading;
  const base = sideAddress(reading, originOf(reading));
  const token = access.credential?.username === '$oauthtoken' ? access.credential : undefined;
  const send = (question: Question): Promise<Answer> =>
    asking.askAs(question, token === undefined ? undefined : `Bearer ${token.password.reveal()}`);
  const first = sideQuestion(
    reading,
    `${base}/api/v1/repository/${repository}/tag/?onlyActiveTags=true&limit=100&page=1`,
    token === undefined ? {} : { credential: token },
  );
  const robot = access.credential !== undefined && token === undefined;
  return readAllPages(reading, first, robot ? { send, read, closed: ({ status }) => [401, 403, 404].includes(status) } : { send, read });
}

export const quay: Provider = {
  title: 'Quay',
  matches: (hostname) => hostname === 'quay.io',
  // More has been an error (413 TOO_MANY_TAGS_REQUESTED).
  pageSize: 100,
  webhook: 'quay',
  times,
};
