import pino from 'pino';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import type { StartOptions } from '../main.ts';
import { loadSettings } from '../main.ts';
import { Explanation, explanationVersion } from '../reconcile/explain/record.ts';
import { wire } from '../wire.ts';
import { explanationText } from './explain.ts';

export type ExplainOptions = { readonly namespace?: string; readonly output: string; readonly server?: string; readonly all?: boolean };

async function askServer(server: string, application: string, namespace: string | undefined): Promise<Explanation | undefined> {
  const name = [namespace, application].filter((part) => part !== undefined).map(encodeURIComponent);
  const path = `api/applications/${name.join('/')}/explain`;
  const asked = new URL(path, server.endsWith('/') ? server : `${server}/`);
  const answer = await fetch(asked, { signal: AbortSignal.timeout(60_000) }).catch((thrown: unknown) => {
    // The reason stands in the cause; the error itself says no more than that it failed.
    const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
    throw new Failure('unreachable', `cannot ask ${server}: ${sentenceOf(cause)}`, { cause: thrown });
  });
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`${server} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
  const read = Explanation.safeParse(await answer.json());
  if (read.success) return read.data;
  throw new Failure(
    'broken-answer',
    `${server} answered something else than ${explanationVersion}: is it of another version than this command?`,
  );
}

async function explainHere(
  application: string,
  namespace: string | undefined,
  options: StartOptions,
): Promise<Explanation | undefined | 'unset'> {
  const settings = loadSettings(options);
  if (settings === undefined) return 'unset';
  const ended = new AbortController();
  const log = pino({ level: 'silent' });
  // Its own clone: the one of a running service is locked.
  const own = { ...settings, git: { ...settings.git, stateDir: `${settings.git.stateDir}-explain` } };
  const wired = await wire(own, log, ended.signal);
  try {
    await wired.service.watch(ended.signal);
    return await wired.service.explain(namespace, application, ended.signal);
  } finally {
    ended.abort();
    await wired.close();
  }
}

/** `windlass explain`. Answers the exit status. */
export async function explain(application: string, options: ExplainOptions, start: StartOptions): Promise<number> {
  if (options.output !== 'text' && options.output !== 'json') {
    process.stderr.write(`--output: got ${JSON.stringify(options.output)}, expected text or json\n`);
    return 2;
  }
  try {
    const found =
      options.server === undefined
        ? await explainHere(application, options.namespace, start)
        : await askServer(options.server, application, options.namespace);
    if (found === 'unset') return 2;
    if (found === undefined) {
      process.stderr.write(
        `there is no Application ${options.namespace === undefined ? '' : `${options.namespace}/`}${application} that this installation acts on\n`,
      );
      return 3;
    }
    process.stdout.write(
      options.output === 'json' ? `${JSON.stringify(found, null, 2)}\n` : explanationText(found, { all: options.all === true }),
    );
    return 0;
  } catch (thrown) {
    process.stderr.write(`${sentenceOf(thrown)}\n`);
    return 1;
  }
}
