import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Grounds } from './sandbox/demo/grounds.ts';
import { Failure } from './kernel/failure.ts';
import { check, type CheckOptions } from './cli/check/check-command.ts';
import { explain } from './cli/explain-command.ts';
import { endWithReader } from './cli/reader-gone.ts';
import { replay } from './cli/replay.ts';
import { addSettingFlag, gatherSettingFlags } from './cli/setting-flags.ts';
import type { SettingFlags } from './cli/setting-flags.ts';
import type { TryOptions } from './cli/try/options.ts';
import { tryImage } from './cli/try/try-image.ts';
import { runService } from './main.ts';
import { playDemo } from './sandbox/demo/demo.ts';

const exitStatuses = `
Exit status:
  0  done; for demo: every step was observed
  1  failed, a step of the demo was not observed, or check found problems
  2  wrong usage or settings; every problem is printed
  3  there is no such Application
  4  try: no tag is eligible
  130  the demo was interrupted: Ctrl-C, or nobody reads its output any more

Settings come from --settings FILE (or WINDLASS_SETTINGS), then from WINDLASS_* variables, then from flags:
--http.port=9090, or --set http.port=9090. config/windlass.yaml lists every one of them with its default.`;

function readSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new InvalidArgumentError('expected a whole number from 0');
  return seed;
}

function readAddress(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('expected an http or https URL, for example http://127.0.0.1:8080');
}

function readVersion(): string {
  const described: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof described === 'object' && described !== null && 'version' in described ? String(described.version) : 'unknown';
}

type Common = { readonly settings?: string; readonly set: SettingFlags };

function startOptions(options: Common) {
  return { ...(options.settings === undefined ? {} : { settingsFile: options.settings }), flags: options.set };
}

const program = new Command('windlass')
  .description('Raises new container images from the registry to production by canary, and takes failed ones out of Git again.')
  .version(readVersion(), '--version', 'print the version')
  .addHelpText('after', exitStatuses)
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--settings <file>', 'settings file (YAML)')
    .option('--set <path=value>', 'one setting, as --path=value too; may be given again', addSettingFlag, {});
}

command('run', 'run the service until SIGTERM').action(async (options: Common) => {
  process.exitCode = await runService(startOptions(options));
});

function compatOption(): Option {
  return new Option('--compat <version>', "whose reading of Image Updater's annotations: v0.18 or v1.3")
    .choices(['v0', 'v1'])
    .default('v0');
}

program
  .command('demo')
  .description('play the main job on loopback: registry, Git remote, Kubernetes API, metrics and the service itself')
  .option(
    '--seed <number>',
    'shuffles image names, versions and error ratios; the same seed plays the same story',
    readSeed,
    Math.floor(Math.random() * 1e9),
  )
  .option('--json', 'one JSON object per event, {"kind":"summary",...} last', false)
  .option('--keep', 'leave everything running, and print before the summary how to reach it; ends with Ctrl-C', false)
  .addOption(
    new Option('--on <grounds>', 'the Kubernetes API: embedded, or a real control plane as npm run real:install brings it')
      .choices(['sandbox', 'real'])
      .default('sandbox'),
  )
  .option('--log <file>', "write the service's own log to a file, as it comes")
  .action(async (options: { seed: number; json: boolean; keep: boolean; on: Grounds; log?: string }) => {
    const stopping = new AbortController();
    process.once('SIGINT', () => stopping.abort());
    process.once('SIGTERM', () => stopping.abort());
    process.exitCode = await playDemo(options, stopping.signal);
  });

command('explain', 'say of every tag which rule kept or dropped it, and what would be committed')
  .argument('<application>', 'name of the Application')
  .option('-n, --namespace <namespace>', 'its namespace; needed only where two have the same name')
  .option('-o, --output <format>', 'text or json', 'text')
  .option('--all', 'a row for each tag instead of one for each rule', false)
  .option('--server <url>', 'ask the running service instead of reading cluster, registry and Git from here', readAddress)
  .action(async (application: string, options: Common & { namespace?: string; output: string; server?: string; all: boolean }) => {
    process.exitCode = await explain(application, options, startOptions(options));
  });

program
  .command('try')
  .description('decide about an image without any cluster: the tool to develop a policy with')
  .argument('<image>', 'as in image-list: ghcr.io/acme/shop, or ghcr.io/acme/shop:^1.2')
  .option('--strategy <name>', 'semver where nothing is said; docs/annotations.md describes all of these, docs/explain.md the others')
  .option('--constraint <text>', 'such as ^1.2, ">=1.0 <2" or ~1')
  .option('--allow-tags <match>', 'regexp:<RE2 expression>, or any')
  .option('--ignore-tags <globs>', 'separated by commas')
  .option('--extract <rule>', 'what of a tag is ordered: "<expression> => <template>"')
  .option('--order <order>', 'ascending or descending, with a strategy in front of it')
  .option('--min-age <duration>', 'how long a tag must have been there, such as 36h or 3d')
  .option('--platforms <list>', 'platforms that a tag must have, such as linux/amd64,linux/arm64')
  .option('--follow <tag>', 'a mutable tag; the immutable one with its digest is chosen')
  .option('--schedule <cron>', 'five cron fields: when tags may be raised')
  .option('--current <tag>', 'what Git has; without it the best tag is chosen')
  .option('--as-of <time>', 'decide as of this moment, with the tags that were there by their push times')
  .option('--tags <file>', 'read tags from a file, or - for standard input, instead of a registry: TAG [TIME] [DIGEST] on each line')
  .option('--api-url <url>', "the registry's address, where its name does not say it: http://127.0.0.1:5000")
  .option('--username <name>', 'login; without it the docker configuration is asked')
  .option('--password-stdin', 'read the password from standard input', false)
  .addOption(compatOption())
  .option('--all', 'a row for each tag instead of one for each rule', false)
  .option('-o, --output <format>', 'text or json', 'text')
  .action(async (image: string, options: TryOptions) => {
    process.exitCode = await tryImage(image, options, {
      input: process.stdin,
      env: process.env,
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
    });
  });

program
  .command('check')
  .description('say what is wrong with the annotations of the Applications in files, without any cluster')
  .argument('<file...>', 'YAML files with any number of documents; - for standard input')
  .option('--strict', 'warnings count as problems', false)
  .addOption(compatOption())
  .addOption(new Option('-o, --output <format>', 'what is printed').choices(['text', 'json']).default('text'))
  .action(async (files: readonly string[], options: CheckOptions) => {
    const out = (text: string): unknown => process.stdout.write(text);
    process.exitCode = await check(files, options, { input: process.stdin, out, err: (text) => process.stderr.write(text) });
  });

program
  .command('replay')
  .description('put a recorded question to the same pure function again, and print its answer and reason')
  .argument('<file>', 'JSON {"function", "question", "now"}, as explain -o json prints it for each place')
  .action(async (file: string) => {
    const replayed = await replay(file);
    if (replayed.kind === 'answered') process.stdout.write(`${JSON.stringify(replayed.answer, null, 2)}\n`);
    else process.stderr.write(`${replayed.because}\n`);
    process.exitCode = replayed.kind === 'answered' ? 0 : 2;
  });

// The demo tidies up first, and a service goes on without its log.
program.hook('preAction', (_, action) => {
  if (action.name() !== 'demo' && action.name() !== 'run') endWithReader(process.stdout);
});

try {
  await program.parseAsync(gatherSettingFlags(process.argv.slice(2)), { from: 'user' });
} catch (thrown) {
  if (!(thrown instanceof Failure)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 1;
}
