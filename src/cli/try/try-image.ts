import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { sentenceOf } from '../../kernel/failure.ts';
import type { Problem } from '../../kernel/problem.ts';
import { describeProblem } from '../../kernel/problem.ts';
import { Secret } from '../../kernel/secret.ts';
import { timeOf } from '../../kernel/time.ts';
import { whyUnreadable } from '../../kernel/unreadable.ts';
import { registryAccess } from '../../reconcile/credentials.ts';
import { createRegistryClient } from '../../registry/client.ts';
import type { RegistryAccess } from '../../registry/listing.ts';
import { decideTrial } from './decide.ts';
import { readGivenTags } from './given-tags.ts';
import { dockerLogin } from './login.ts';
import type { TryOptions, Wanted } from './options.ts';
import { readWanted } from './options.ts';
import { foundOne, recordOf, trialText } from './report.ts';
import type { TagSource } from './source.ts';
import { listedSource, registrySource } from './source.ts';

/** Where the command reads and writes beside registries and files. */
export type TryStreams = {
  readonly input: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
};
type Opened = { readonly source: TagSource; close(): Promise<void> };

function refuse(problems: readonly Problem[], { err }: TryStreams): 2 {
  for (const problem of problems) err(`${describeProblem(problem)}\n`);
  return 2;
}

/** `windlass try`. Answers the exit status: 0 found, 1 failed, 2 wrong usage, 4 no tag is eligible. */
export async function tryImage(image: string, options: TryOptions, streams: TryStreams): Promise<number> {
  const read = readWanted(image, options);
  if ('problems' in read) return refuse(read.problems, streams);
  const { wanted } = read;
  try {
    const opened =
      options.tags === undefined ? await openRegistry(wanted, options, streams) : await openList(wanted, options.tags, streams);
    if ('problems' in opened) return refuse(opened.problems, streams);
    try {
      return await decide(wanted, opened.source, options, streams.out);
    } finally {
      await opened.close();
    }
  } catch (thrown) {
    streams.err(`${withFlag(sentenceOf(thrown))}\n`);
    return 1;
  }
}

/** The service reads the address of a registry in its settings, this command in a flag. */
function withFlag(sentence: string): string {
  return sentence
    .replace(/set its apiUrl in registries\.hosts to (\S+)/, 'give --api-url $1')
    .replace('set apiUrl in registries.hosts', 'give --api-url');
}

async function decide(wanted: Wanted, source: TagSource, { output, all }: TryOptions, out: TryStreams['out']): Promise<number> {
  const began = performance.now();
  const tried = await decideTrial(wanted, source, () => Date.now());
  const record = recordOf(wanted, tried, source);
  const text = output === 'json' ? `${JSON.stringify(record, null, 2)}\n` : trialText(record, { all, tookMs: performance.now() - began });
  out(text);
  if (!record.registry.complete) return 1;
  return foundOne(wanted, tried) ? 0 : 4;
}

async function openList(
  { watch }: Wanted,
  tags: string,
  { input }: TryStreams,
): Promise<Opened | { readonly problems: readonly Problem[] }> {
  const name = tags === '-' ? 'standard input' : tags;
  const text =
    tags === '-' ? await readAll(input) : await readFile(tags, 'utf8').catch((thrown: unknown) => ({ because: whyUnreadable(thrown) }));
  if (typeof text !== 'string')
    return { problems: [{ at: '--tags', got: `${tags}, which cannot be read (${text.because})`, expected: 'a file, or -' }] };
  const given = readGivenTags(text, name);
  if ('problems' in given) return given;
  return { source: listedSource(watch.image, given.tags, timeOf(Date.now())), close: () => Promise.resolve() };
}

async function openRegistry(wanted: Wanted, options: TryOptions, streams: TryStreams): Promise<Opened> {
  const { image } = wanted.watch;
  const access = await accessOf(image, options, streams);
  // A person at a terminal names the registry, no annotation: it may be anywhere.
  const registry = createRegistryClient({ allowAddress: () => true });
  const source = registrySource(image, registry, access, new AbortController().signal);
  return { source, close: () => registry.close() };
}

async function accessOf(
  image: string,
  { apiUrl, username, passwordStdin }: TryOptions,
  { input, env, err }: TryStreams,
): Promise<RegistryAccess> {
  const hosts = apiUrl === undefined ? [] : [{ prefix: image, apiUrl }];
  const found = await registryAccess({ image }, hosts, {
    secret: () => undefined,
    secrets: () => [],
    env: () => undefined,
    dockerConfig: (asked) => (username === undefined ? dockerLogin(asked, env, (note) => err(`${note}\n`)) : Promise.resolve(undefined)),
  });
  if (found.kind === 'refused') throw new Error(found.because);
  if (username === undefined || !passwordStdin) return found.access;
  const password = (await readAll(input)).replace(/\r?\n$/, '');
  return { ...found.access, credential: { username, password: new Secret(password) } };
}
