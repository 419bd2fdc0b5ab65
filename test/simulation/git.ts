import { buildCommits } from '../../src/git/build.ts';
import type { Commit, Pushed } from '../../src/git/commit.ts';
import { Failure } from '../../src/kernel/failure.ts';
import { repoIdOf } from '../../src/kernel/refs.ts';
import { timeOf } from '../../src/kernel/time.ts';
import type { GitPort } from '../../src/reconcile/ports.ts';
import type { SnapshotFile } from '../../src/writeback/edit.ts';
import type { FileChange, FileLog } from '../../src/writeback/file-log.ts';
import type { Life, Machine } from './machine.ts';
import type { ModelCommit, ModelRepository } from './repository.ts';
import { bot, oidOf } from './repository.ts';

export type GitFault = 'none' | 'unreachable' | 'loses-answers' | 'refuses' | 'races';

export type GitModel = {
  readonly repository: ModelRepository;
  fault: GitFault;
  readonly race: () => void;
  /** A hook: why a push that changes these files is refused. */
  hook?: (paths: readonly string[]) => string | undefined;
};

/** The remote as one process reaches it. A push is built and checked by the real rules, and accepted under its lease only. */
export function gitPort(model: GitModel, machine: Machine, life: Life): GitPort {
  const { repository } = model;
  const reach = async (): Promise<void> => {
    await machine.turn(life);
    if (model.fault === 'unreachable') throw new Failure('unreachable', 'git.test cannot be reached');
  };
  return {
    async resolve() {
      await reach();
      return { branch: 'main', commit: repository.head.sha };
    },
    async fetch(_repo, branch) {
      await reach();
      const head = headOf(repository, branch);
      await machine.turn(life);
      return head;
    },
    async read(repo, at, paths) {
      await machine.turn(life);
      const { files } = repository.commit(at.head);
      const read = new Map(paths.map((path) => [path, fileOf(files.get(path))] as const));
      return { repo: repoIdOf(repo.url), branch: at.branch, head: at.head, files: read };
    },
    async log(_repo, head, files, limit) {
      await machine.turn(life);
      return new Map(files.map((file) => [file, logOf(repository.chain(head), file, limit)]));
    },
    async tree(_repo, commit) {
      await machine.turn(life);
      return [...repository.commit(commit).files].map(([path, text]) => ({ path, mode: '100644', oid: oidOf(text) }));
    },
    async blobs(_repo, oids) {
      await machine.turn(life);
      return new Map(oids.map((oid) => [oid, Buffer.from(repository.blobs.get(oid) ?? '')]));
    },
    async trailers(_repo, sha) {
      await machine.turn(life);
      return repository.commits.get(sha)?.trailers ?? [];
    },
    async keepsOurs() {
      await machine.turn(life);
      // Nobody rewrites the branch in this world.
      return true;
    },
    async push(_repo, base, commits, to) {
      await reach();
      const { fault } = model;
      if (fault === 'refuses') return { kind: 'refused', because: 'git.test refuses the push to main: a freeze is on' };
      const refused = model.hook?.(commits.flatMap(({ splices }) => splices.map(({ path }) => path)));
      if (refused !== undefined) return { kind: 'refused', because: refused };
      if (fault === 'races') model.race();
      const pushed = accept(repository, { base, commits, ...(to === undefined ? {} : { to }), at: machine.now });
      await machine.turn(life);
      if (fault === 'loses-answers') throw new Failure('unreachable', 'git.test: the connection broke');
      return pushed;
    },
  };
}

function headOf(repository: ModelRepository, branch: string): string {
  const head = repository.branches.get(branch);
  if (head === undefined) throw new Failure('not-found', `git.test has no branch ${branch}`);
  return head;
}

function fileOf(text: string | undefined): SnapshotFile | 'absent' {
  return text === undefined ? 'absent' : { mode: '100644', oid: oidOf(text), bytes: Buffer.from(text) };
}

function logOf(chain: readonly ModelCommit[], file: string, limit: number): FileLog {
  const changes = chain.flatMap((commit, index): readonly FileChange[] => {
    const [before, after] = [blobAt(chain[index + 1], file), blobAt(commit, file)];
    if (before === after) return [];
    const { sha, author, subject, trailers, at } = commit;
    return [{ commit: sha, author, at: timeOf(Math.floor(at / 1000) * 1000), subject, trailers, before, after }];
  });
  return { complete: changes.length <= limit, changes: changes.slice(0, limit) };
}

function blobAt(commit: ModelCommit | undefined, file: string): string | null {
  const text = commit?.files.get(file);
  return text === undefined ? null : oidOf(text);
}

type Order = {
  readonly base: { readonly branch: string; readonly head: string };
  readonly commits: readonly Commit[];
  readonly to?: string;
  readonly at: number;
};

/** What a server with a lease does: the whole chain or nothing. */
function accept(repository: ModelRepository, { base, commits, to, at }: Order): Pushed {
  const { files } = repository.commit(base.head);
  const read = new Map(commits.flatMap((one) => one.splices.map(({ path }) => [path, fileOf(files.get(path))] as const)));
  const built = buildCommits(commits, read);
  if (built.kind === 'refused') return built;
  const headThen = headOf(repository, base.branch);
  if (to === undefined && headThen !== base.head) return { kind: 'raced', head: headThen };
  const existing = to === undefined ? undefined : repository.branches.get(to);
  if (existing !== undefined) return { kind: 'raced', head: existing };
  let parent = base.head;
  const shas = built.commits.map((one) => {
    const texts = new Map(repository.commit(parent).files);
    for (const file of one.files) texts.set(file.path, Buffer.from(file.bytes).toString());
    const subject = one.message.split('\n')[0] ?? '';
    parent = repository.add(parent, {
      author: bot,
      subject,
      trailers: one.trailers,
      files: texts,
      at,
      witness: { base: base.head, headThen },
    }).sha;
    return parent;
  });
  repository.branches.set(to ?? base.branch, parent);
  return { kind: 'pushed', commits: shas };
}
