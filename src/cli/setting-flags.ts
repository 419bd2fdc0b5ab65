import { leavesOf } from '../settings/table.ts';

const commands: readonly string[] = ['run', 'explain'];

export type SettingFlags = Readonly<Record<string, string | undefined>>;

/**
 * Adds one `PATH=VALUE` to the flags so far; the last one of a path wins. They are kept under the words in which they were written, so
 * that problems can be told in them; undefined is the value of one without `=`.
 */
export function addSettingFlag(text: string, flags: SettingFlags): SettingFlags {
  const equals = text.indexOf('=');
  const path = equals < 0 ? text : text.slice(0, equals);
  const written = path.startsWith('--') ? path : `--set ${path}`;
  const others = Object.entries(flags).filter(([other]) => other !== written);
  return { ...Object.fromEntries(others), [written]: equals < 0 ? undefined : text.slice(equals + 1) };
}

/** Settings without a section, which no dot tells from other options. */
const single = new Set(leavesOf().flatMap(([path]) => (path.includes('.') ? [] : [path])));

/**
 * The arguments with every setting that is written as a flag of its own (`--http.port=9090`, `--http.port 9090`) behind a `--set`, in
 * the words in which it was written. `explain --namespace` is the Application's namespace and stays what it is.
 */
export function gatherSettingFlags(args: readonly string[]): readonly string[] {
  const [command = ''] = args;
  if (!commands.includes(command)) return args;
  const gathered: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') return [...gathered, ...args.slice(at)];
    if (!isSetting(arg, command)) gathered.push(arg);
    else if (arg.includes('=')) gathered.push('--set', arg);
    else {
      at += 1;
      gathered.push('--set', at < args.length ? `${arg}=${args[at] ?? ''}` : arg);
    }
  }
  return gathered;
}

function isSetting(arg: string, command: string): boolean {
  const name = /^--([A-Za-z][A-Za-z.]*)(?:=|$)/.exec(arg)?.[1];
  if (name === undefined || (command === 'explain' && name === 'namespace')) return false;
  return name.includes('.') || single.has(name);
}
