import { Failure } from '../../kernel/failure.ts';
import type { Credential } from '../../kernel/secret.ts';
import type { Millis } from '../../kernel/time.ts';
import { splitUserPassword } from '../docker-config.ts';
import { remember } from '../remember.ts';
import type { ProgramDirectory } from './program-directory.ts';
import { locateProgram, programEnvironment } from './program-directory.ts';
import { runProgram } from './run-program.ts';

/** How long what was printed may be used, in ms (absent: until it is refused), and whether it was refused just now. */
type Keeping = { readonly forMs?: number; readonly refused?: boolean };

/** `ext:` scripts (Image Updater v0.18): each prints one line `user:password`. */
export type Scripts = {
  /** What the script printed, kept as long as told; many who ask at once get one run. Throws `Failure`. */
  login(path: string, keeping: Keeping): Promise<Credential>;
};

const timeoutMs = 10_000;
const outputBytes = 64 * 1024;
const maxKept = 1000;
/** A run that is younger answers also those whose credential was refused: they were refused together. */
const againMs = 10_000;

export function createScripts(options: { readonly directory: ProgramDirectory; readonly now: () => Millis }): Scripts {
  const { directory, now } = options;
  const kept = new Map<string, { readonly at: Millis; readonly answer: Promise<Credential> }>();

  function login(path: string, keeping: Keeping): Promise<Credential> {
    const before = kept.get(path);
    const oldest = keeping.refused === true ? againMs : (keeping.forMs ?? Infinity);
    if (before !== undefined && now() - before.at < oldest) return before.answer;
    const answer = runScript(directory, path);
    remember(kept, path, { value: { at: now(), answer }, limit: maxKept });
    answer.catch(() => kept.get(path)?.answer === answer && kept.delete(path));
    return answer;
  }

  return { login };
}

async function runScript(directory: ProgramDirectory, written: string): Promise<Credential> {
  const name = `ext:${written}`;
  const path = await locateProgram(directory, written, name);
  const env = programEnvironment(directory);
  const { status, output } = await runProgram({ name, path, args: [], cwd: directory.path, env, input: '', timeoutMs, outputBytes });
  if (status !== 0) throw new Failure('rejected', `${name} ended with status ${status}`);
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
  const credential = splitUserPassword(lines[0] ?? '');
  if (lines.length !== 1 || credential === undefined) {
    throw new Failure('broken-answer', `${name} printed ${lines.length} lines, expected one with user:password`);
  }
  return credential;
}
