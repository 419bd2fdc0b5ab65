import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { GitOptions } from '../../../src/git/environment.ts';
import type { Git } from '../../../src/git/git.ts';
import { openGit, openWorkTree, temporaryFolder } from '../../git/remote.ts';
import type { Person } from '../../git/remote.ts';
import type { GitServer, HostedRepository, StartGit } from './servers.ts';

/** One Git server, and a repository of its own for every test. */
export class GitStage {
  readonly protocol: 0 | 2;
  readonly #begin: StartGit;
  #running: GitServer | undefined;
  #repositories = 0;

  constructor(begin: StartGit) {
    this.#begin = begin;
    this.protocol = begin.protocol;
  }

  async start(): Promise<void> {
    this.#running = await this.#begin.start();
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }

  async empty(): Promise<HostedRepository> {
    if (this.#running === undefined) throw new Error('the Git server did not start');
    this.#repositories += 1;
    return this.#running.host(`shop-${this.#repositories}`);
  }

  /** A repository with these files on main, and a person who has pushed them. */
  async filled(files: Record<string, string>): Promise<{ hosted: HostedRepository; person: Person; head: string }> {
    const hosted = await this.empty();
    const person = openWorkTree(hosted.personUrl);
    person.write(files);
    const head = person.commit('start');
    person.push();
    return { hosted, person, head };
  }

  /** Our git, which knows the server's host key. */
  open(options: Partial<GitOptions> = {}): Git {
    const knownHostsFile = this.#running?.knownHostsFile;
    return openGit({ ...(knownHostsFile === undefined ? {} : { knownHostsFile }), ...options });
  }

  /** Our git, and what it and the server say to each other. */
  openTraced(): { git: Git; said: () => string } {
    const file = path.join(temporaryFolder(), 'packets');
    const binary = path.join(temporaryFolder(), 'git');
    fs.writeFileSync(binary, `#!/bin/sh\nGIT_TRACE_PACKET='${file}' exec git "$@"\n`, { mode: 0o755 });
    return { git: this.open({ binary }), said: () => fs.readFileSync(file, 'utf8') };
  }
}

/** The blobs that the one clone below a state folder holds. */
export function blobsIn(stateDir: string): number {
  const clone = fs.readdirSync(stateDir).find((name) => name.endsWith('.git')) ?? '';
  const objects = execFileSync('git', ['cat-file', '--batch-check', '--batch-all-objects'], { cwd: path.join(stateDir, clone) });
  return objects.toString().match(/ blob /g)?.length ?? 0;
}
