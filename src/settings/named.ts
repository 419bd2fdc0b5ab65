import type { Problem } from '../kernel/problem.ts';
import { whyUnreadable } from '../kernel/unreadable.ts';

/** Looks at what settings name; both throw as Node does. */
export type Disk = {
  readonly readFile: (path: string) => string;
  readonly readFolder: (path: string) => unknown;
};

/** The text of a setting ('' where it has none, or none that could be read), and where it was written. */
export type Named = { readonly text: string; readonly at: string };

type Kind = 'file' | 'directory';

// git.stateDir is not among them: it is made where it is missing.
const places: readonly (readonly [path: string, kind: Kind])[] = [
  ['cluster.kubeconfig', 'file'],
  ['git.caFile', 'file'],
  ['registries.scriptDir', 'directory'],
  ['registries.dockerConfig', 'file'],
  ['render.toolDir', 'directory'],
];

/** Why something on the disk cannot be read; undefined where it can. */
function whyNot(path: string, kind: Kind, disk: Disk): string | undefined {
  try {
    if (kind === 'file') disk.readFile(path);
    else disk.readFolder(path);
    return undefined;
  } catch (thrown) {
    return whyUnreadable(thrown);
  }
}

/** Files and directories that settings name and that cannot be read. */
export function placeProblems(named: (path: string) => Named, disk: Disk): readonly Problem[] {
  return places.flatMap(([path, kind]) => {
    const { text, at } = named(path);
    const why = text === '' ? undefined : whyNot(text, kind, disk);
    return why === undefined ? [] : [{ at, got: `${text} (${why})`, expected: `a ${kind} that can be read` }];
  });
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Why a variable of this text gives nothing. */
export function whyNoText(text: string | undefined): string | undefined {
  return text === undefined ? 'is not set' : text === '' ? 'is empty' : undefined;
}

/** What is wrong with the secret of webhooks where they are to be served. A file or variable without a text would turn them off in silence. */
export function webhookProblems(named: (path: string) => Named, env: Variables, disk: Disk): readonly Problem[] {
  const [variable, file] = [named('webhooks.secretEnv'), named('webhooks.secretFile')];
  const problems: Problem[] = [];
  const whyNone = variable.text === '' ? undefined : whyNoText(env[variable.text]);
  if (whyNone !== undefined) {
    // What is no name of a variable by its looks may be the secret itself.
    const shown = /^[A-Z][A-Z0-9_]*$/.test(variable.text) ? `${variable.text}, a variable that` : 'a variable that';
    problems.push({ at: variable.at, got: `${shown} ${whyNone}`, expected: 'the name of a variable that holds the secret' });
  }
  const why = file.text === '' ? undefined : whyNoSecret(file.text, disk);
  if (why !== undefined) problems.push({ at: file.at, got: `${file.text} (${why})`, expected: 'a file that holds the secret' });
  return problems;
}

function whyNoSecret(path: string, disk: Disk): string | undefined {
  try {
    return disk.readFile(path).trim() === '' ? 'it is empty' : undefined;
  } catch (thrown) {
    return whyUnreadable(thrown);
  }
}

/** Two places for one secret. */
export function contradictions(named: (path: string) => Named): readonly Problem[] {
  const [variable, file] = [named('webhooks.secretEnv'), named('webhooks.secretFile')];
  if (variable.text === '' || file.text === '') return [];
  return [{ at: file.at, got: JSON.stringify(file.text), expected: 'nothing, because webhooks.secretEnv is set too' }];
}
