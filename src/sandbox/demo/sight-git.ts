import { waitFor } from './observe.ts';
import type { Stage } from './stage.ts';

export type SeenCommit = {
  readonly at: number;
  readonly sha: string;
  readonly author: string;
  readonly reason: string;
  readonly verdict: string;
};

function overlayOf({ cast }: Stage): string {
  return `apps/${cast.app}/overlays/prod/kustomization.yaml`;
}

function trailerOf(body: string, key: string): string {
  return new RegExp(`^${key}: (.*)$`, 'm').exec(body)?.[1] ?? '';
}

/** Head of main on the remote, and how many first-parent commits lead to it. */
export async function commits(stage: Stage): Promise<{ readonly head: string; readonly count: number }> {
  const { observer } = stage;
  const head = await observer.head();
  await observer.file(overlayOf(stage));
  return { head, count: Number((await observer.git('rev-list', '--count', '--first-parent', 'main')).trim()) };
}

/** The head of main changed the overlay and the holds file, nothing else, and the holds file names the tag. */
export async function sameCommitHolds(stage: Stage, tag: string): Promise<boolean> {
  const { observer } = stage;
  const holds = (await observer.file('.windlass/holds.yaml')) ?? '';
  const changed = (await observer.git('diff', '--name-only', 'main~1', 'main')).trim().split('\n').sort();
  return holds.includes(tag) && changed.join() === ['.windlass/holds.yaml', overlayOf(stage)].sort().join();
}

/** The head of main writes the tag: who, and the reason in its trailers. Times are `performance.now()`. */
export function commitThatWrites(stage: Stage, tag: string): Promise<SeenCommit | undefined> {
  const { narrator, observer } = stage;
  return waitFor(narrator, `a commit that writes ${tag}`, async () => {
    const inGit = /newTag: ["']?([^"'\s#]+)/.exec((await observer.file(overlayOf(stage))) ?? '')?.[1];
    if (inGit !== tag) return undefined;
    const at = performance.now();
    const [sha = '', author = '', ...rest] = (await observer.git('log', '-1', '--format=%H%n%an <%ae>%n%B', 'main')).split('\n');
    const body = rest.join('\n');
    return { at, sha, author, reason: trailerOf(body, 'Windlass-Reason'), verdict: trailerOf(body, 'Windlass-Verdict') };
  });
}

/** The file of before, with the old tag replaced, is the file of now, byte by byte; and no other file changed. */
export async function changedOneScalar(stage: Stage, base: string, tags: { readonly from: string; readonly to: string }): Promise<boolean> {
  const { observer } = stage;
  const overlay = overlayOf(stage);
  const old = await observer.git('show', `${base}:${overlay}`);
  const now = await observer.git('show', `main:${overlay}`);
  const names = (await observer.git('diff', '--name-only', base, 'main')).trim();
  return names === overlay && old !== now && old.replace(`"${tags.from}"`, `"${tags.to}"`) === now;
}
