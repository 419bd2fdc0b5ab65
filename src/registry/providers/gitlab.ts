import * as z from 'zod';
import type { TagTimes } from '../listing.ts';
import type { Answer, Question } from '../question.ts';
import { registryErrors } from '../refusal.ts';
import { asReader, linkOf, originOf, readAllPages, readAs, saidOf, sideAddress, sideQuestion } from './pages.ts';
import type { Provider, SideReading } from './provider.ts';

const Tags = z.array(
  z.object({
    name: z.string(),
    digest: z.string().nullish(),
    created_at: z.string().nullish(),
    updated_at: z.string().nullish(),
    published_at: z.string().nullish(),
  }),
);

function read(answer: Answer, question: Question) {
  const tags = readAs(Tags, answer, question).map((tag) =>
    saidOf(tag.name, tag.digest, [tag.published_at, tag.updated_at, tag.created_at]),
  );
  return { tags, next: linkOf(answer, question) };
}

/** A registry without a metadata database does not have this API: its 404 names no repository. */
const closed = (answer: Answer): boolean => answer.status === 404 && registryErrors(answer.body).length === 0;

/** GitLab's registry API ("List repository tags", 1,000 a page at most), on the registry's host and with its login. */
async function times(reading: SideReading): Promise<TagTimes | undefined> {
  const { asking, repository } = reading;
  const address = `${sideAddress(reading, originOf(reading))}/gitlab/v1/repositories/${repository}/tags/list/?n=1000`;
  const first = sideQuestion(reading, address, asReader(reading));
  return readAllPages(reading, first, { send: (question) => asking.ask(question), read, closed });
}

export const gitlab: Provider = { title: 'GitLab', matches: (hostname) => hostname === 'registry.gitlab.com', webhook: 'gitlab', times };
