import * as z from 'zod';
import type { TagTimes } from '../listing.ts';
import type { Answer, Question } from '../question.ts';
import { asReader, linkOf, originOf, readAllPages, readAs, saidOf, sideAddress, sideQuestion } from './pages.ts';
import type { Provider, SideReading } from './provider.ts';

// Listing, manifests and blobs ask for one each: one token for all.
const actions = ['pull', 'metadata_read', 'content_read'];

const TagPage = z.object({
  tags: z
    .array(
      z.object({
        name: z.string(),
        digest: z.string().nullish(),
        createdTime: z.string().nullish(),
        lastUpdateTime: z.string().nullish(),
      }),
    )
    .nullish(),
});

function read(answer: Answer, question: Question) {
  const { tags } = readAs(TagPage, answer, question);
  return {
    // `createdTime` is that of the tag, which may have stood for something else then.
    tags: (tags ?? []).map((tag) => saidOf(tag.name, tag.digest, [tag.lastUpdateTime, tag.createdTime])),
    next: linkOf(answer, question),
  };
}

/** Azure's registry API ("Tag - Get List", 100 a page), with the registry's login. Ordered by name, so that a push between two pages moves nothing. */
async function times(reading: SideReading): Promise<TagTimes | undefined> {
  const { asking, repository } = reading;
  const more = { actions, ...asReader(reading) };
  const first = sideQuestion(reading, `${sideAddress(reading, originOf(reading))}/acr/v1/${repository}/_tags?n=100`, more);
  return readAllPages(reading, first, { send: (question) => asking.ask(question), read });
}

export const acr: Provider = {
  title: 'Azure Container Registry',
  matches: (hostname) => /\.azurecr\.(?:io|cn|us)$/.test(hostname),
  actions,
  webhook: 'acr',
  times,
};
