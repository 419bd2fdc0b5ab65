import type { Target } from './edit.ts';

export type TargetSettings = {
  /** `write-back-method`; absent is `argocd`. */
  readonly method?: string;
  /** `write-back-target`; absent is `.argocd-source-<app>.yaml`. */
  readonly target?: string;
};

/** What is not written, and which annotation asks for it. `because` is `reason` with what may stand there, where that is not plain. */
type Unsupported = Extract<Target, { kind: 'unsupported' }> & {
  readonly at: 'write-back-method' | 'write-back-target';
  readonly reason: string;
  readonly expected: string;
};

/**
 * Where an Application's tags are written. Image Updater v0.18: `kustomization` is the source path, `kustomization:dir` counts from
 * it, `kustomization:/dir` from the root. A directory outside the source path is refused (LOOP 19).
 */
export function targetOf(
  settings: TargetSettings,
  source: { readonly path?: string },
): Exclude<Target, { kind: 'unsupported' }> | Unsupported {
  return unsupportedKind(settings) ?? directoryOf((settings.target ?? '').slice('kustomization:'.length), settings, source.path ?? '');
}

/** What the annotations alone make impossible, wherever the Application's source is; undefined where that decides. */
export function unsupportedKind(settings: TargetSettings): Unsupported | undefined {
  const method = methodOf(settings);
  if (method !== 'git' && !method.startsWith('git:')) {
    const reason = `write-back-method ${JSON.stringify(method)} is not written by this version`;
    const expected = 'git or git:<credentials>';
    return { kind: 'unsupported', at: 'write-back-method', method, because: `${reason}; expected ${expected}`, reason, expected };
  }
  const target = settings.target ?? '';
  if (target === 'kustomization' || target.startsWith('kustomization:')) return undefined;
  return unsupported(settings, describeTarget(target), 'kustomization[:<directory>]');
}

function methodOf({ method = 'argocd' }: TargetSettings): string {
  return method;
}

function describeTarget(target: string): string {
  if (target === '') return 'without a write-back-target tags go to .argocd-source-<application>.yaml, which this version does not write';
  return `write-back-target ${JSON.stringify(target)} is not written by this version`;
}

function directoryOf(written: string, settings: TargetSettings, sourcePath: string): ReturnType<typeof targetOf> {
  const base = normalisePath(sourcePath);
  const directory = written.startsWith('/') ? normalisePath(written) : normalisePath(`${sourcePath}/${written}`);
  if (base === undefined || directory === undefined) {
    return unsupported(
      settings,
      `the write-back target ${JSON.stringify(written)} of source path ${JSON.stringify(sourcePath)} leaves the repository`,
    );
  }
  const reserved = directory.split('/').find((part) => /^(\.git|\.github|\.gitlab.*|\.windlass|CODEOWNERS)$/i.test(part));
  if (reserved !== undefined) return unsupported(settings, `nothing is written below ${reserved}`);
  if (isBelow(directory, base)) return { kind: 'kustomization', directory };
  const outside = `${directory === '' ? 'the root of the repository' : directory} is outside the source path ${base}`;
  return { ...unsupported(settings, outside, 'a directory below it'), expected: belowSource };
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

const belowSource = 'a directory below the source path';

function unsupported(settings: TargetSettings, reason: string, expected?: string): Unsupported {
  const because = expected === undefined ? reason : `${reason}; expected ${expected}`;
  return { kind: 'unsupported', at: 'write-back-target', method: methodOf(settings), because, reason, expected: expected ?? belowSource };
}
