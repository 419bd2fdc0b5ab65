import * as z from 'zod';
import type { RepoId } from '../kernel/refs.ts';
import { repoIdOf } from '../kernel/refs.ts';

/** Somebody pushed: the repository under each address that the sender gives for it, and the branch. */
export type PushHint = { readonly repositories: readonly RepoId[]; readonly branch: string };

export type PushHints =
  { readonly kind: 'read'; readonly pushes: readonly PushHint[] } | { readonly kind: 'refused'; readonly because: string };

const Link = z.looseObject({ href: z.string() });
const Repository = z.looseObject({
  links: z.looseObject({ html: Link.optional() }).optional(),
});
const Branch = z.looseObject({ type: z.string(), name: z.string() });
const Notification = z.looseObject({
  ref: z.string().optional(),
  repository: Repository.optional(),
  project: z.looseObject({}).optional(),
  push: z.looseObject({ changes: z.array(z.looseObject({ new: Branch.nullish() })).max(1000) }).optional(),
});

const addressKeys = ['clone_url', 'ssh_url', 'html_url', 'git_url', 'git_http_url', 'git_ssh_url', 'web_url', 'homepage'] as const;

/**
 * What the push notification of a forge says: GitHub, Gitea and Forgejo (`ref`, `repository.clone_url` ...), GitLab (`ref`,
 * `project.git_http_url` ...), Bitbucket (`push.changes`, `repository.links.html`). Tags and removed branches are passed over. It is a hint to
 * look, and nothing of it is decided on (LOOP 20).
 */
export function pushesOf(notification: unknown): PushHints {
  const read = Notification.safeParse(notification);
  const repositories = read.success ? addressesOf(read.data) : [];
  if (!read.success || repositories.length === 0) {
    return {
      kind: 'refused',
      because: 'expected the JSON of a push as GitHub, Gitea, GitLab or Bitbucket send it: an address of the repository is missing',
    };
  }
  return { kind: 'read', pushes: branchesOf(read.data).map((branch) => ({ repositories, branch })) };
}

function addressesOf({ repository, project }: z.infer<typeof Notification>): readonly RepoId[] {
  const written = [repository, project].flatMap((one) => (one === undefined ? [] : addressKeys.map((key) => one[key])));
  const all = [...written, repository?.links?.html?.href].filter((address) => typeof address === 'string' && address !== '');
  return [...new Set(all.map((address) => repoIdOf(String(address))))];
}

function branchesOf({ ref, push }: z.infer<typeof Notification>): readonly string[] {
  const pushed = /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1];
  const changed = (push?.changes ?? []).flatMap((change) => (change.new?.type === 'branch' ? [change.new.name] : []));
  return [...new Set([...(pushed === undefined ? [] : [pushed]), ...changed])];
}
