import * as z from 'zod';
import { basicAuthorization } from '../credentials.ts';
import type { TagTimes } from '../listing.ts';
import type { Answer, Question } from '../question.ts';
import { linkOf, originOf, readAllPages, readAs, saidOf, sideAddress, sideQuestion } from './pages.ts';
import type { Provider, SideReading } from './provider.ts';

const Artifacts = z.array(
  z.object({
    digest: z.string(),
    push_time: z.string().nullish(),
    tags: z.array(z.object({ name: z.string(), push_time: z.string().nullish() })).nullish(),
  }),
);

function read(answer: Answer, question: Question) {
  const artifacts = readAs(Artifacts, answer, question);
  return {
    tags: artifacts.flatMap(({ digest, push_time, tags }) =>
      (tags ?? []).map((tag) => saidOf(tag.name, digest, [tag.push_time, push_time])),
    ),
    next: linkOf(answer, question),
  };
}

/**
 * Harbor's API (v2.0, "listArtifacts", 100 a page), with the registry's own user or robot account. The first segment of a repository is its
 * project; slashes in the rest are encoded twice, as its description asks for. A robot may be allowed to pull and not to list.
 */
async function times(reading: SideReading): Promise<TagTimes | undefined> {
  const { access, asking, repository } = reading;
  const { credential } = access;
  const [project = '', ...rest] = repository.split('/');
  const name = encodeURIComponent(encodeURIComponent(rest.join('/')));
  const address = `${sideAddress(reading, originOf(reading))}/api/v2.0/projects/${project}/repositories/${name}/artifacts`;
  const first = sideQuestion(
    reading,
    `${address}?with_tag=true&q=tags%3D*&page=1&page_size=100`,
    credential === undefined ? {} : { credential },
  );
  const send = (question: Question): Promise<Answer> =>
    asking.askAs(question, credential === undefined ? undefined : basicAuthorization(credential));
  return readAllPages(reading, first, { send, read, closed: ({ status }) => credential !== undefined && status === 403 });
}

/** Harbor, which people run themselves: settings say that a host is one. */
export const harbor: Provider = { title: 'Harbor', matches: () => false, webhook: 'harbor', times };
