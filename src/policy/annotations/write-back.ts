import type { Problem } from '../../kernel/problem.ts';
import type { Setting, Settings } from './settings.ts';

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
  const method = readMethod(settings.get('write-back-method'));
  const writeBack = { ...('method' in method ? method : { method: 'argocd' as const }), ...destinationOf(settings) };
  return { writeBack, problems: [...('method' in method ? [] : [method]), ...branchProblems(settings.get('git-branch'))] };
}

function destinationOf(settings: Settings): Pick<WriteBackSettings, 'target' | 'branch' | 'repository'> {
  const [target, branch, repository] = ['write-back-target', 'git-branch', 'git-repository'].map((key) => settings.get(key)?.value);
  return {
    ...(target === undefined ? {} : { target }),
    ...(branch === undefined ? {} : { branch }),
    ...(repository === undefined ? {} : { repository }),
  };
}

function branchProblems(branch: Setting | undefined): readonly Problem[] {
  if (branch === undefined || branch.value.split(':').length <= 2) return [];
  return [{ at: branch.at, got: JSON.stringify(branch.value), expected: 'base, base:write or :write' }];
}

function readMethod(setting: Setting | undefined): Method | Problem {
  if (setting === undefined) return { method: 'argocd' };
  const text = setting.value.trim();
  if (text === 'argocd') return { method: 'argocd' };
  if (text === 'git' || text === 'git:repocreds') return { method: 'git', credentials: 'repocreds' };
  const secret = /^git:(secret:[^/]+\/[^/]+)$/.exec(text)?.[1];
  if (secret !== undefined) return { method: 'git', credentials: secret };
  return { at: setting.at, got: JSON.stringify(setting.value), expected: 'argocd, git, git:repocreds or git:secret:<namespace>/<name>' };
}
