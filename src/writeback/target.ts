import type { Target } from './edit.ts';

export type TargetSettings = {
  /** `write-back-method`; absent is `argocd`. */
  readonly method?: string;
  /** `write-back-target`; absent is `.argocd-source-<app>.yaml`. */
  readonly target?: string;
  /** Directories from the root of the repository that an administrator lists as writable beside the source path; '' is all of it. */
  readonly writable?: readonly string[];
};

/**
 * Where an Application's tags are written. Image Updater v0.18: `kustomization` is the source path, `kustomization:dir` counts from
 * it, `kustomization:/dir` from the root. A directory outside the source path must be listed by an administrator (LOOP 19).
 */
export function targetOf(settings: TargetSettings, source: { readonly path?: string }): Target {
  const method = settings.method ?? 'argocd';
  if (method !== 'git' && !method.startsWith('git:')) {
    return unsupported(
      method,
      `write-back-method ${JSON.stringify(method)} is not written by this version; expected git or git:<credentials>`,
    );
  }
  const target = settings.target ?? '';
  if (target !== 'kustomization' && !target.startsWith('kustomization:'))
    return unsupported(method, `${describeTarget(target)}; expected kustomization[:<directory>]`);
  return directoryOf(target.slice('kustomization:'.length), method, settings, source.path ?? '');
}

function describeTarget(target: string): string {
  if (target === '') return 'without a write-back-target tags go to .argocd-source-<application>.yaml, which this version does not write';
  return `write-back-target ${JSON.stringify(target)} is not written by this version`;
}

function directoryOf(written: string, method: string, settings: TargetSettings, sourcePath: string): Target {
  const base = normalisePath(sourcePath);
  const directory = written.startsWith('/') ? normalisePath(written) : normalisePath(`${sourcePath}/${written}`);
  if (base === undefined || directory === undefined) {
    return unsupported(
      method,
      `the write-back target ${JSON.stringify(written)} of source path ${JSON.stringify(sourcePath)} leaves the repository`,
    );
  }
  const reserved = directory.split('/').find((part) => /^(\.git|\.github|\.gitlab.*|\.windlass|CODEOWNERS)$/i.test(part));
  if (reserved !== undefined) return unsupported(method, `nothing is written below ${reserved}`);
  const allowed = [base, ...(settings.writable ?? []).map((path) => normalisePath(path))];
  if (allowed.some((path) => path !== undefined && isBelow(directory, path))) return { kind: 'kustomization', directory };
  const outside = `${directory === '' ? 'the root of the repository' : directory} is outside the source path ${base}`;
  return unsupported(method, `${outside}; an administrator can list it as a writable path`);
}

/** A path from the root without `.`, `..` and empty parts; undefined where it leaves the root or holds a control character. */
function normalisePath(written: string): string | undefined {
  const parts: string[] = [];
  for (const part of written.split('/')) {
    if (/[\p{Cc}\\]/u.test(part)) return undefined;
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

function isBelow(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

function unsupported(method: string, because: string): Target {
  return { kind: 'unsupported', method, because };
}
