import type { WriteBackSettings } from '../../policy/annotations.ts';
import type { ApplicationSource } from '../../resources/application.ts';
import type { Target } from '../../writeback/edit.ts';
import { targetOf, unsupportedKind } from '../../writeback/target.ts';

/** What keeps an Application's tags from being written; `at` is a key of annotations without prefix, or a place in the spec. */
type Hindrance = { readonly at: 'write-back-method' | 'write-back-target' | 'git-branch' | 'spec.sources'; readonly because: string };

type WrittenBack<Source> = { readonly source: Source; readonly target: Target } | { readonly hindrances: readonly Hindrance[] };

/** Where the tags of an Application with this `spec.source` are written, or everything that keeps them from being written, all at once. */
export function writeBackTarget<Source extends Pick<ApplicationSource, 'path'>>(
  writeBack: WriteBackSettings,
  source: Source | undefined,
): WrittenBack<Source> {
  if (source === undefined) return { hindrances: [severalSources, ...writeBackHindrances(writeBack)] };
  const target = targetOf(writeBack, source.path === undefined ? {} : { path: source.path });
  const hindrances = [...(target.kind === 'unsupported' ? [target] : []), ...hinderingBranch(writeBack)];
  return hindrances.length === 0 ? { source, target } : { hindrances };
}

const severalSources: Hindrance = {
  at: 'spec.sources',
  because: 'spec.sources: an Application with several sources is not written back yet; expected spec.source',
};

/** What the annotations alone keep from being written, where nobody knows the Application's source. */
export function writeBackHindrances(writeBack: WriteBackSettings): readonly Hindrance[] {
  const kind = unsupportedKind(writeBack);
  return [...(kind === undefined ? [] : [kind]), ...hinderingBranch(writeBack)];
}

function hinderingBranch({ branch }: WriteBackSettings): readonly Hindrance[] {
  if (branch?.includes(':') !== true) return [];
  const because = `git-branch ${JSON.stringify(branch)}: writing to another branch than the one that is read is not supported yet`;
  return [{ at: 'git-branch', because }];
}
