import type { RepoAccess } from '../../../src/git/commit.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { startGitRemote } from '../../../src/sandbox/git-remote/start-git-remote.ts';
import type { Contender } from '../programs.ts';
import { makeHome, realOr } from '../programs.ts';
import { startGitea } from './gitea.ts';
import { startSshd } from './sshd.ts';

/** A repository of a server, with an empty history. */
export type HostedRepository = {
  readonly access: RepoAccess;
  /** The same address with a login that is none. */
  readonly wrong: RepoAccess;
  /** Where a person pushes to, past everything that is checked of the bot. */
  readonly personUrl: string;
  /** From now on the bot's pushes to main are refused, by this text. */
  readonly refusePushes: () => Promise<string>;
  /** The bare repository, where the server's disk is at hand. */
  readonly folder?: string;
};

export type GitServer = {
  readonly host: (name: string) => Promise<HostedRepository>;
  readonly knownHostsFile?: string;
  readonly stop: () => Promise<void>;
};

/** `protocol` is what the server speaks. */
export type StartGit = { readonly protocol: 0 | 2; readonly start: () => Promise<GitServer> };

export const refusal = 'main is frozen until Monday';

const password = 's3cret+/=';

async function startSandbox(): Promise<GitServer> {
  const remote = await startGitRemote({ folder: await makeHome(), credential: { username: 'bot', password } });
  const accessOf = (url: string, written: string): RepoAccess => ({ url, credential: { username: 'bot', password: new Secret(written) } });
  return {
    host: (name) => {
      const url = remote.url(name);
      const refusePushes = (): Promise<string> => {
        remote.hook(name, 'pre-receive', `echo "${refusal}" >&2\nexit 1\n`);
        return Promise.resolve(refusal);
      };
      const folder = remote.repository(name);
      return Promise.resolve({ access: accessOf(url, password), wrong: accessOf(url, 'wrong'), personUrl: folder, folder, refusePushes });
    },
    stop: () => remote.stop(),
  };
}

/** The servers over HTTP. */
export const httpServers: readonly Contender<StartGit>[] = [
  ['the sandbox remote', { protocol: 2, start: startSandbox }],
  ...realOr('Git', 'gitea', (path): StartGit => ({ protocol: 2, start: () => startGitea(path) })),
];

/** The servers over SSH: one that passes on which protocol git asks for, and one that does not, as a plain sshd. */
export const sshServers = {
  passing: realOr('Git over SSH', 'sshd', (path): StartGit => ({ protocol: 2, start: () => startSshd(path, 2) })),
  plain: realOr('Git over SSH', 'sshd', (path): StartGit => ({ protocol: 0, start: () => startSshd(path, 0) })),
} as const;
