import type { Problem } from '../../kernel/problem.ts';
import type { Compat } from './annotation.ts';
import { type BranchTemplate, parseBranchTemplate } from './branch-template.ts';
import { plainly, type Read, withProblem } from './read.ts';
import { applicationOptionOf, type Setting, type Settings } from './settings.ts';
import { annotationOf } from './table.ts';

/**
 * Where and how a chosen tag is written. `credentials` is `repocreds` (those of the repository) or `secret:<namespace>/<name>`. `target`,
 * `branch` and `repository` are the texts of their annotations; which file they mean is the write-back room's question. `branches` is
 * `git-branch` read: the branch to start from, and the name of the one to push to where that is another.
 */
export type WriteBackSettings = {
  readonly method: 'argocd' | 'git';
  readonly credentials?: string;
  readonly target?: string;
  readonly branch?: string;
  readonly branches?: BranchWish;
  readonly repository?: string;
};

type BranchWish = { readonly base?: string; readonly write?: BranchTemplate };

type Method = Pick<WriteBackSettings, 'method' | 'credentials'>;

/** The write-back annotations. v0.18: an empty or unknown method and a branch with two colons are errors. */
export function readWriteBack(
  settings: Settings,
  namespace: string,
  compat?: Compat,
): { readonly writeBack: WriteBackSettings; readonly problems: readonly Problem[] } {
  const method = readMethod(applicationOptionOf(settings, 'write-back-method'), namespace, compat);
  const branches = readBranches(applicationOptionOf(settings, 'git-branch'));
  const writeBack = {
    ...method.value,
    ...destinationOf(settings),
    ...(branches.value === undefined ? {} : { branches: branches.value }),
  };
  return { writeBack, problems: [...(method.problems ?? []), ...(branches.problems ?? [])] };
}

function destinationOf(settings: Settings): Pick<WriteBackSettings, 'target' | 'branch' | 'repository'> {
  const target = applicationOptionOf(settings, 'write-back-target')?.value;
  const branch = applicationOptionOf(settings, 'git-branch')?.value.trim();
  const repository = applicationOptionOf(settings, 'git-repository')?.value.trim() ?? '';
  return {
    ...(target === undefined ? {} : { target }),
    ...(branch === undefined ? {} : { branch }),
    ...(repository === '' ? {} : { repository }),
  };
}

/** v0.18: more than one colon is an error. */
function readBranches(setting: Setting | undefined): Read<BranchWish | undefined> {
  if (setting === undefined || setting.value.trim() === '') return plainly(undefined);
  const [base = '', write = '', ...more] = setting.value.trim().split(':');
  if (more.length > 0) return withProblem(undefined, setting, 'base, base:write or :write');
  if (base !== '' && !isBranchName(base))
    return withProblem(undefined, setting, 'base, base:write or :write with the name of a branch as base');
  return readWriteBranch(setting, write, base === '' ? {} : { base });
}

function readWriteBranch(setting: Setting, text: string, wish: BranchWish): Read<BranchWish> {
  const parsed = parseBranchTemplate(text);
  if ('because' in parsed) return withProblem(wish, setting, `${annotationOf('git-branch').allowed} (${parsed.because})`);
  return plainly(parsed.template.length === 0 ? wish : { ...wish, write: parsed.template });
}

/** git-check-ref-format of git 2.39, for one branch. */
function isBranchName(text: string): boolean {
  return text.length <= 255 && !/[\p{Cc}\s~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$|\.lock(?:\/|$)|(?:^|\/)\./u.test(text) && text !== '@';
}

function readMethod(setting: Setting, namespace: string, compat: Compat | undefined): Read<Method> {
  const text = setting.value.trim();
  if (text === 'argocd' || (text === '' && compat === 'v1')) return plainly({ method: 'argocd' });
  if (text === 'git' || text === 'git:repocreds') return plainly({ method: 'git', credentials: 'repocreds' });
  const secret = /^git:secret:(?:([^/]+)\/)?([^/]+)$/.exec(text);
  return secret === null ? refusedMethod(setting) : readSecretMethod(setting, secret, namespace, compat);
}

function refusedMethod(setting: Setting): Read<Method> {
  return withProblem({ method: 'argocd' }, setting, annotationOf('write-back-method').allowed);
}

/** v1.3 takes a Secret without namespace from beside the Application, and none from elsewhere. */
function readSecretMethod(
  setting: Setting,
  [, named, name = '']: readonly (string | undefined)[],
  namespace: string,
  compat: Compat | undefined,
): Read<Method> {
  const owner = named ?? (compat === 'v1' ? namespace : undefined);
  if (owner === undefined) return refusedMethod(setting);
  if (compat !== 'v1' || owner === namespace) return plainly({ method: 'git', credentials: `secret:${owner}/${name}` });
  return withProblem({ method: 'argocd' }, setting, `a Secret of the Application's namespace ${namespace}`);
}
