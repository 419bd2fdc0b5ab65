import type { Settings } from '../../policy/annotations/settings.ts';
import type { WriteBackSettings } from '../../policy/annotations.ts';
import type { ApplicationSource } from '../../resources/application.ts';
import type { Target } from '../../writeback/edit.ts';
import { targetOf, unsupportedKind } from '../../writeback/target.ts';

/**
 * What keeps an Application's tags from being written; `at` is a key of annotations without prefix, or a place in the spec. `because` is the
 * whole sentence, of which `reason` and `expected` are the parts; `remedy` is what a person has to do.
 */
type Hindrance = {
  readonly at: 'write-back-method' | 'write-back-target' | 'git-branch' | 'spec.sources';
  readonly because: string;
  readonly reason: string;
  readonly expected: string;
  readonly remedy: string;
};

type WrittenBack<Source> = { readonly source: Source; readonly target: Target } | { readonly hindrances: readonly Hindrance[] };

/** The write-back annotations: what was read, and what was written, which tells a default from a wish. */
type Asked = { readonly writeBack: WriteBackSettings; readonly settings: Settings };

/** Where the tags of an Application with this `spec.source` are written, or everything that keeps them from being written, all at once. */
export function writeBackTarget<Source extends Pick<ApplicationSource, 'path'>>(
  asked: Asked,
  source: Source | undefined,
): WrittenBack<Source> {
  if (source === undefined) return { hindrances: [severalSources, ...writeBackHindrances(asked)] };
  const target = targetOf(asGit(asked), source.path === undefined ? {} : { path: source.path });
  const hindrances = hindrancesOf(asked, target.kind === 'unsupported' ? target : undefined);
  return target.kind === 'unsupported' || hindrances.length > 0 ? { hindrances } : { source, target };
}

/** What the annotations alone keep from being written, where nobody knows the Application's source. */
export function writeBackHindrances(asked: Asked): readonly Hindrance[] {
  return hindrancesOf(asked, unsupportedKind(asGit(asked)));
}

const severalSources: Hindrance = {
  at: 'spec.sources',
  because: 'spec.sources: an Application with several sources is not written back yet; expected spec.source',
  reason: 'an Application with several sources is not written back yet',
  expected: 'spec.source',
  remedy: 'use spec.source in place of spec.sources',
};

type Unsupported = NonNullable<ReturnType<typeof unsupportedKind>>;

function hindrancesOf({ writeBack, settings }: Asked, target: Unsupported | undefined): readonly Hindrance[] {
  const method = unsupportedKind(writeBack);
  return [
    ...(method?.at === 'write-back-method' ? [hinderingMethod(method, settings)] : []),
    ...(target === undefined ? [] : [{ ...target, remedy: targetRemedy }]),
    ...hinderingBranch(writeBack),
  ];
}

const targetRemedy = 'set write-back-target: kustomization (or kustomization:<directory>, a directory below the source path)';

/** The target is judged as if the method were corrected, so that one look tells everything. */
function asGit({ writeBack }: Asked): WriteBackSettings {
  return { ...writeBack, method: 'git' };
}

function hinderingMethod(method: Unsupported, settings: Settings): Hindrance {
  const remedy = 'set write-back-method: git';
  if (settings.has('write-back-method')) return { ...method, remedy };
  const reason = 'without a write-back-method the default counts, argocd, which this version does not write';
  return { ...method, reason, because: `${reason}; expected ${method.expected}`, remedy };
}

function hinderingBranch({ branch }: WriteBackSettings): readonly Hindrance[] {
  if (branch?.includes(':') !== true) return [];
  const [base = ''] = branch.split(':');
  const reason = 'writing to another branch than the one that is read is not supported yet';
  const remedy = base === '' ? 'remove git-branch' : `set git-branch: ${base}`;
  const because = `git-branch ${JSON.stringify(branch)}: ${reason}`;
  return [{ at: 'git-branch', because, reason, expected: 'the branch that is read, and none behind a colon', remedy }];
}
