import semver from 'semver';
import { parse } from 'yaml';
import { isBody } from '../../src/kernel/json.ts';
import { trailer, trailerValues } from '../../src/kernel/trailers.ts';
import type { Records } from './record.ts';
import type { ModelCommit } from './repository.ts';
import type { Staged } from './stage.ts';
import { holdsPath, kustomizationOf, referenceIn } from './stage.ts';

export type Held = {
  readonly file: string;
  readonly image: string;
  readonly tag: string | undefined;
  readonly digests: readonly string[];
  readonly verdict: string;
};

/** One commit's change of one place. */
export type Change = {
  readonly commit: ModelCommit;
  readonly parent: ModelCommit;
  readonly file: string;
  readonly image: string;
  readonly apps: readonly string[];
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly ours: boolean;
};

export function tagOf(reference: string | undefined): string | undefined {
  return reference?.split('@')[0] || undefined;
}

/** Less than zero where `after` is below `before`; undefined where they have no order. */
function compared({ before, after }: Pick<Change, 'before' | 'after'>): number | undefined {
  const [from, to] = [tagOf(before), tagOf(after)];
  return from !== undefined && to !== undefined && semver.valid(from) && semver.valid(to) ? semver.compare(to, from) : undefined;
}

export const isLowering = (change: Change): boolean => (compared(change) ?? 0) < 0;

export function holdsIn(commit: ModelCommit): readonly Held[] {
  const read: unknown = parse(commit.files.get(holdsPath) ?? '');
  const holds: readonly unknown[] = isBody(read) && Array.isArray(read['holds']) ? read['holds'] : [];
  return holds.filter(isBody).map((hold) => {
    const place = isBody(hold['place']) ? hold['place'] : {};
    const digests = Array.isArray(hold['digests']) ? hold['digests'].map(String) : [];
    const tag = typeof hold['tag'] === 'string' ? hold['tag'] : undefined;
    return { file: String(place['file']), image: String(hold['image']), tag, digests, verdict: String(hold['verdict']) };
  });
}

export function placesOf(
  staged: readonly Staged[],
): readonly { readonly file: string; readonly image: string; readonly apps: readonly string[] }[] {
  const files = [...new Set(staged.map(kustomizationOf))];
  return files.map((file) => {
    const readers = staged.filter((app) => kustomizationOf(app) === file);
    return { file, image: readers[0]?.image ?? '', apps: readers.map(({ name }) => name) };
  });
}

/** Every change of every place, oldest first. */
export function changesOf({ staged, commits }: Records): readonly Change[] {
  return commits.slice(1).flatMap((commit, index) => {
    const parent = commits[index];
    if (parent === undefined) return [];
    return placesOf(staged).flatMap((place) => {
      const [before, after] = [parent, commit].map(({ files }) => referenceIn(files.get(place.file)));
      return before === after ? [] : [{ ...place, commit, parent, before, after, ours: commit.witness !== undefined }];
    });
  });
}

export const ourCommits = ({ commits }: Records): readonly ModelCommit[] => commits.filter(({ witness }) => witness !== undefined);

export function say({ commit, file, before, after }: Change, what: string): string {
  return `${commit.sha.slice(0, 8)} "${commit.subject}" writes ${after ?? 'nothing'} over ${before ?? 'nothing'} in ${file}: ${what}`;
}

export function digestsOf({ trailers }: ModelCommit): readonly string[] {
  return trailerValues(trailers, trailer.digest);
}
