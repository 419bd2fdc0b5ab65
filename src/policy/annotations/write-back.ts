import type { Problem } from '../../kernel/problem.ts';
import type { Settings } from './settings.ts';

/**
 * Where and how a chosen tag is written. `credentials` is `repocreds` (those of the repository) or `secret:<namespace>/<name>`. `target`,
 * `branch` and `repository` are the texts of their annotations; which file they mean is the write-back room's question.
 */
export type WriteBackSettings = {
  readonly method: 'argocd' | 'git';
  readonly credentials?: string;
  readonly target?: string;
  readonly branch?: string;
  readonly repository?: string;
};

type Method = Pick<WriteBackSettings, 'method' | 'credentials'>;

/** The write-back annotations. Image Updater v0.18: an empty or unknown method and a branch with two colons are errors. */
export function readWriteBack(settings: Settings): { readonly writeBack: WriteBackSettings; readonly problems: readonly Problem[] } {
  const method = readMethod(settings);
  const branch = settings.get('git-branch');
  const manyColons = (branch?.value.split(':').length ?? 0) > 2;
  const problems = [
    ...('expected' in method ? [method] : []),
    ...(manyColons && branch !== undefined
      ? [{ at: branch.at, got: JSON.stringify(branch.value), expected: 'base, base:write or :write' }]
      : []),
  ];
  const target = settings.get('write-back-target')?.value;
  const repository = settings.get('git-repository')?.value;
  const writeBack = {
    ...('expected' in method ? { method: 'argocd' as const } : method),
    ...(target === undefined ? {} : { target }),
    ...(branch === undefined ? {} : { branch: branch.value }),
    ...(repository === undefined ? {} : { repository }),
  };
  return { writeBack, problems };
}

function readMethod(settings: Settings): Method | Problem {
  const setting = settings.get('write-back-method');
  const text = setting?.value.trim() ?? 'argocd';
  if (text === 'argocd') return { method: 'argocd' };
  if (text === 'git' || text === 'git:repocreds') return { method: 'git', credentials: 'repocreds' };
  const secret = /^git:(secret:[^/]+\/[^/]+)$/.exec(text)?.[1];
  if (secret !== undefined) return { method: 'git', credentials: secret };
  const expected = 'argocd, git, git:repocreds or git:secret:<namespace>/<name>';
  return { at: setting?.at ?? 'write-back-method', got: JSON.stringify(setting?.value ?? ''), expected };
}
