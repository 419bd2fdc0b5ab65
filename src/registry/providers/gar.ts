import * as z from 'zod';
import type { TagTimes } from '../listing.ts';
import type { Answer, Question } from '../question.ts';
import { asReader, broken, linkOf, readAllPages, readAs, saidOf, sideQuestion } from './pages.ts';
import type { Provider, SideReading } from './provider.ts';

const TagList = z.object({
  tags: z.array(z.string()).nullish(),
  manifest: z
    .record(z.string(), z.object({ tag: z.array(z.string()).nullish(), timeUploadedMs: z.union([z.string(), z.number()]).nullish() }))
    .nullish(),
});

function read(answer: Answer, question: Question) {
  const { tags, manifest } = readAs(TagList, answer, question);
  const said = Object.entries(manifest ?? {}).flatMap(([digest, { tag, timeUploadedMs }]) =>
    (tag ?? []).map((name) => saidOf(name, digest, [Number(timeUploadedMs ?? NaN)])),
  );
  const known = new Set(said.map(({ tag }) => tag));
  const unsaid = (tags ?? []).filter((tag) => !known.has(tag));
  if (unsaid.length > 0) throw broken(question, `a list that says no manifest for ${unsaid.length} of its ${tags?.length ?? 0} tags`);
  return { tags: said, next: linkOf(answer, question) };
}

/** Google's tags/list says of every manifest its tags and when it was uploaded, all in one answer (Docker Registry API of Artifact Registry). */
async function times(reading: SideReading): Promise<TagTimes | undefined> {
  const { access, asking, repository } = reading;
  const address = `${access.apiUrl.replace(/\/+$/, '')}/v2/${repository}/tags/list`;
  const first = sideQuestion(reading, address, asReader(reading));
  return readAllPages(reading, first, { send: (question) => asking.ask(question), read });
}

export const gar: Provider = {
  title: 'Google Artifact Registry',
  matches: (hostname) => /(?:^|\.)gcr\.io$|-docker\.pkg\.dev$/.test(hostname),
  webhook: 'pubsub-gcr',
  times,
};
