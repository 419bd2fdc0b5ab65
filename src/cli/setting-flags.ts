import { leavesOf } from '../settings/table.ts';

const commands: readonly string[] = ['run', 'explain'];

export type SettingFlags = Readonly<Record<string, string | undefined>>;

/**
 * Adds one `PATH=VALUE` to the flags so far; the last one of a path wins. They are kept under the words in which they were written, so
 * that problems can be told in them; undefined is the value of one without `=` or a path.
 */
export function addSettingFlag(text: string, flags: SettingFlags): SettingFlags {
  const equals = text.indexOf('=');
  const isPair = equals > 0;
  const path = isPair ? text.slice(0, equals) : text;
  const written = path.startsWith('--') ? path : `--set ${path}`;
  const others = Object.entries(flags).filter(([other]) => other !== written);
  return { ...Object.fromEntries(others), [written]: isPair ? text.slice(equals + 1) : undefined };
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
      const value = valueAt(args, at + 1);
      if (value !== undefined) at += 1;
      gathered.push('--set', value === undefined ? arg : `${arg}=${value}`);
    }
  }
  return gathered;
}

/** The next option is no value of the one before. */
function valueAt(args: readonly string[], at: number): string | undefined {
  const value = args[at];
  return value?.startsWith('--') === true ? undefined : value;
}

function isSetting(arg: string, command: string): boolean {
  const name = /^--([A-Za-z][A-Za-z.]*)(?:=|$)/.exec(arg)?.[1];
  if (name === undefined || (command === 'explain' && name === 'namespace')) return false;
  return name.includes('.') || single.has(name);
}
