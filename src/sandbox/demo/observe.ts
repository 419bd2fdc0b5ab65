import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Api } from '../kubernetes/api.ts';
import { createApi } from '../kubernetes/api.ts';
import type { Narrator } from './narrator.ts';

const run = promisify(execFile);

type Fields = Readonly<Record<string, unknown>>;

/** Reads the three servers as any client would: HTTP for the registry and the API, the git command for the remote. */
export interface Observer {
  tags(): Promise<readonly string[]>;
  head(): Promise<string>;
  /** A file at the head of main, or undefined. */
  file(path: string): Promise<string | undefined>;
  git(...args: readonly string[]): Promise<string>;
  object(path: string): Promise<Fields | undefined>;
  list(path: string): Promise<readonly Fields[]>;
}

export type ObserverOptions = {
  readonly registryUrl: string;
  readonly repository: string;
  readonly repoUrl: string;
  readonly folder: string;
  readonly api: Api;
};

/** An observer that has its own clone in `folder`, and shares nothing with the service. `repoUrl` holds the login of a person. */
export async function createObserver(options: ObserverOptions): Promise<Observer> {
  const env = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' };
  const git = async (...args: readonly string[]) =>
    (await run('git', ['-C', options.folder, ...args], { env, maxBuffer: 16 << 20 })).stdout;
  await run('git', ['clone', '-q', '--bare', options.repoUrl, options.folder], { env });
  const fetchMain = () => git('fetch', '-q', 'origin', '+refs/heads/*:refs/heads/*');
  const api = createApi(options.api);
  const ask = async (path: string): Promise<unknown> => {
    const answer = await api(path);
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    git,
    async tags() {
      const answer = await fetch(`${options.registryUrl}/v2/${options.repository}/tags/list`);
      return ((await answer.json()) as { tags: string[] | null }).tags ?? [];
    },
    async head() {
      const [sha = ''] = (await git('ls-remote', options.repoUrl, 'refs/heads/main')).split('\t');
      return sha;
    },
    async file(path) {
      await fetchMain();
      return git('show', `main:${path}`).catch(() => undefined);
    },
    object: async (path) => (await ask(path)) as Fields | undefined,
    list: async (path) => ((await ask(path)) as { items?: Fields[] } | undefined)?.items ?? [],
  };
}

/** Reads until `look` answers something, at most `limitMs`; undefined when the time is over. */
export async function waitFor<Seen>(
  narrator: Narrator,
  what: string,
  look: () => Promise<Seen | undefined>,
  limitMs = 30_000,
): Promise<Seen | undefined> {
  const until = performance.now() + limitMs;
  for (;;) {
    narrator.waiting(what);
    const seen = await look();
    if (seen !== undefined || performance.now() > until) return seen;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** A field deep in an object that the API answered. */
export function field(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((held, key) => (typeof held === 'object' && held !== null ? (held as Fields)[key] : undefined), object);
}
