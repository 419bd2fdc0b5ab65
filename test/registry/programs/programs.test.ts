import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProgramDirectory } from '../../../src/registry/programs/program-directory.ts';
import { mountedLogin } from '../../../src/registry/programs/mounted-config.ts';
import { runProgram } from '../../../src/registry/programs/run-program.ts';
import { createScripts } from '../../../src/registry/programs/scripts.ts';

let home = '';
let directory: ProgramDirectory;

async function script(name: string, body: string): Promise<string> {
  const path = join(home, 'scripts', name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'windlass-programs-'));
  await mkdir(join(home, 'scripts'));
  const env = { PATH: process.env['PATH'], AWS_REGION: 'eu-central-1', WINDLASS_HOOK: 'canary', SECRET_TOKEN: 'canary' };
  directory = { path: join(home, 'scripts'), env };
});
afterAll(() => rm(home, { recursive: true, force: true }));

const shown = async (asked: Promise<{ username: string; password: { reveal(): string } } | undefined>): Promise<string> => {
  try {
    const login = await asked;
    return login === undefined ? 'nothing' : `${login.username}:${login.password.reveal()}`;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message.replaceAll(home, '') : String(thrown);
  }
};

describe('a script', () => {
  const login = async (name: string, body: string) => {
    const path = await script(name, body);
    return shown(createScripts({ directory, now: () => 0 }).login(path, {}));
  };

  it.each([
    ['prints its login', 'echo AWS:pw', 'AWS:pw'],
    ['prints a password with colons', 'echo bot:p:w:x', 'bot:p:w:x'],
    ['prints an empty line behind it', 'printf "bot:pw\\r\\n\\n"', 'bot:pw'],
    ['complains beside it', 'echo canary >&2; echo bot:pw', 'bot:pw'],
    ['gets the variables of clouds, and none of ours', 'echo "x:$AWS_REGION-$WINDLASS_HOOK-$SECRET_TOKEN"', 'x:eu-central-1--'],
    ['prints nothing', 'true', '$ printed 0 lines, expected one with user:password'],
    ['prints two lines', 'echo a:canary; echo b:canary', '$ printed 2 lines, expected one with user:password'],
    ['prints no colon', 'echo canary', '$ printed 1 lines, expected one with user:password'],
    ['fails', 'echo canary; echo canary >&2; exit 3', '$ ended with status 3'],
    ['prints without end', 'exec yes canary', '$ printed more than 65536 bytes'],
    ['kills itself', 'kill -9 $$', '$ was killed'],
  ])('that %s', async (name, body, expected) => {
    const file = name.replaceAll(/\W+/g, '-');
    expect(await login(file, body)).toBe(expected.replace('$', `ext:/scripts/${file}`));
  });

  it('is not run from elsewhere, by whatever path, and may be a link within the directory', async () => {
    const scripts = createScripts({ directory, now: () => 0 });
    const outside = join(home, 'outside');
    await writeFile(outside, '#!/bin/sh\necho a:b\n', { mode: 0o755 });
    await symlink(outside, join(home, 'scripts', 'link'));
    await symlink(await script('real', 'echo a:b'), join(home, 'scripts', 'inner'));
    const sentence = /^ext:.+ is not run: it is not in \/scripts, the directory of the setting registries\.scriptDir$/;
    for (const path of [outside, join(home, 'scripts', '..', 'outside'), join(home, 'scripts', 'link'), join(home, 'scripts')]) {
      expect(await shown(scripts.login(path, {}))).toMatch(sentence);
    }
    expect(await shown(scripts.login(join(home, 'scripts', 'inner'), {}))).toBe('a:b');
    expect(await shown(scripts.login(join(home, 'scripts', 'absent'), {}))).toBe(
      'ext:/scripts/absent cannot be run: no such file or directory',
    );
  });

  it('that may not be executed says so', async () => {
    const path = await script('text', 'echo a:b');
    await chmod(path, 0o644);
    expect(await shown(createScripts({ directory, now: () => 0 }).login(path, {}))).toBe('ext:/scripts/text cannot be started: EACCES');
  });

  it('runs once for many, is kept as long as told, and runs again when its login was refused', async () => {
    let now = 0;
    const log = join(home, 'runs');
    const path = await script('counted', `echo x >> ${log}; echo bot:pw`);
    const runs = async () => (await readFile(log, 'utf8')).length / 2;
    const scripts = createScripts({ directory, now: () => now });
    await Promise.all([1, 2, 3].map(() => scripts.login(path, {})));
    now = 1e9;
    await scripts.login(path, {});
    expect(await runs()).toBe(1);
    await scripts.login(path, { forMs: 60_000 });
    expect(await runs()).toBe(2);
    now += 59_999;
    await scripts.login(path, { forMs: 60_000 });
    expect(await runs()).toBe(2);
    await Promise.all([1, 2, 3].map(() => scripts.login(path, { refused: true })));
    expect(await runs()).toBe(3);
  });

  it('that takes too long is killed with everything that it began', async () => {
    const path = await script('slow', 'sleep 600 & wait');
    const program = { name: 'slow', path, args: [], cwd: home, env: {}, input: '', timeoutMs: 200, outputBytes: 10 };
    await expect(runProgram(program)).rejects.toMatchObject({ code: 'timed-out', message: 'slow ran longer than 200ms' });
  });

  it('is not waited for where a child of it left its group and holds its output open', async () => {
    const path = await script('leaves', 'setsid sleep 20 &\nsleep 20');
    const program = { name: 'leaves', path, args: [], cwd: home, env: { PATH: process.env['PATH'] ?? '' } };
    await expect(runProgram({ ...program, input: '', timeoutMs: 300, outputBytes: 100 })).rejects.toMatchObject({ code: 'timed-out' });
  });
});

describe('a mounted docker configuration', () => {
  it('runs one helper for all who ask at once', async () => {
    const runs = join(home, 'helper-runs');
    await script('docker-credential-counted', `echo run >> ${runs}; echo '{"Username":"u","Secret":"p"}'`);
    const path = join(home, 'counted.json');
    await writeFile(path, JSON.stringify({ credHelpers: { 'ghcr.io': 'counted' } }));
    const logins = await Promise.all(Array.from({ length: 20 }, () => shown(mountedLogin({ path, helpers: directory }, 'ghcr.io/a/b'))));
    expect(new Set(logins)).toEqual(new Set(['u:p']));
    // The file is read in several turns: a few may come after the first run has ended.
    expect((await readFile(runs, 'utf8')).trim().split('\n').length).toBeLessThan(20);
  });

  const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
  const helper =
    'read server; case "$server" in ghcr.io) echo \'{"ServerURL":"ghcr.io","Username":"helped","Secret":"p:w"}\';; ' +
    'token.example) echo \'{"Username":"<token>","Secret":"canary"}\';; odd.example) echo canary;; bad.example) echo canary; exit 2;; ' +
    "*) echo 'credentials not found in native keychain'; exit 1;; esac";

  const login = async (config: unknown, image: string, helpers: ProgramDirectory | undefined = directory) => {
    await script('docker-credential-test', helper);
    const path = join(home, 'config.json');
    await writeFile(path, typeof config === 'string' ? config : JSON.stringify(config));
    return shown(mountedLogin({ path, helpers }, image));
  };

  it.each([
    ['an entry', { auths: { 'ghcr.io': auth('bot:pw') } }, 'ghcr.io/acme/shop', 'bot:pw'],
    ['no entry', { auths: {} }, 'ghcr.io/acme/shop', 'nothing'],
    ['a helper of the registry', { credHelpers: { 'ghcr.io': 'test' } }, 'ghcr.io/acme/shop', 'helped:p:w'],
    ['the helper for all', { credsStore: 'test', auths: { 'ghcr.io': {} } }, 'ghcr.io/acme/shop', 'helped:p:w'],
    ['an entry that the helper does not know', { credsStore: 'test', auths: { 'quay.io': auth('q:pw') } }, 'quay.io/a/b', 'q:pw'],
    ['nobody', { credsStore: 'test' }, 'docker.io/library/nginx', 'nothing'],
    [
      'an identity token',
      { credsStore: 'test' },
      'token.example/a',
      'docker-credential-test printed an identity token, expected user and password',
    ],
    ['something odd', { credsStore: 'test' }, 'odd.example/a', 'docker-credential-test printed no JSON with Username and Secret'],
    ['a failure', { credsStore: 'test' }, 'bad.example/a', 'docker-credential-test ended with status 2 for bad.example'],
    [
      'a helper that is not there',
      { credsStore: 'none' },
      'a.example/a',
      'docker-credential-none cannot be run: no such file or directory',
    ],
    [
      'a helper elsewhere',
      { credsStore: '../x' },
      'a.example/a',
      'registries.dockerConfig /config.json names a credential helper that is no file name',
    ],
    ['no JSON', 'canary{', 'a.example/a', 'registries.dockerConfig /config.json is no docker configuration (JSON with auths)'],
  ])('gives %s', async (_, config, image, expected) => {
    expect(await login(config, image)).toBe(expected);
  });

  it('runs no helper without a directory, and says which file is missing', async () => {
    expect(await login({ credsStore: 'test' }, 'ghcr.io/a/b', { ...directory, path: join(home, 'absent') })).toBe(
      'docker-credential-test cannot be run: no such file or directory',
    );
    await writeFile(join(home, 'config.json'), '{"credsStore":"test"}');
    expect(await shown(mountedLogin({ path: join(home, 'config.json') }, 'ghcr.io/a/b'))).toBe(
      'docker-credential-test is not run: the setting registries.scriptDir names no directory',
    );
    expect(await shown(mountedLogin({ path: join(home, 'nowhere.json') }, 'ghcr.io/a/b'))).toBe(
      'registries.dockerConfig /nowhere.json cannot be read: no such file or directory',
    );
  });
});
