import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gatherSettingFlags } from '../../src/cli/setting-flags.ts';
import { play } from './play.ts';

describe('settings as flags of their own', () => {
  it.each([
    ['with an equals sign', ['run', '--http.port=9090'], ['run', '--set', '--http.port=9090']],
    [
      'with the value behind it',
      ['run', '--http.port', '9090', '--settings', 'x'],
      ['run', '--set', '--http.port=9090', '--settings', 'x'],
    ],
    ['with an equals sign in the value', ['run', '--cluster.context=a=b'], ['run', '--set', '--cluster.context=a=b']],
    ['without a section', ['run', '--engine=embedded'], ['run', '--set', '--engine=embedded']],
    ['mistyped ones too, so that the nearest is named', ['run', '--http.prt=1'], ['run', '--set', '--http.prt=1']],
    ['without a value', ['run', '--http.port'], ['run', '--set', '--http.port']],
    ['before another option', ['run', '--http.port', '--engine=x'], ['run', '--set', '--http.port', '--set', '--engine=x']],
    ['not the namespace of explain', ['explain', 'shop', '--namespace=a'], ['explain', 'shop', '--namespace=a']],
    ['not behind --', ['explain', '--', '--http.port=1'], ['explain', '--', '--http.port=1']],
    ['not of other commands', ['demo', '--http.port=1'], ['demo', '--http.port=1']],
  ])('%s', (_, args, expected) => {
    expect(gatherSettingFlags(args)).toEqual(expected);
  });
});

describe('wrong usage', () => {
  it.concurrent.each([
    [['run', '--http.port=x'], '--http.port: got "x", expected a whole number from 0 to 65535\n'],
    [['run', '--set', '=5'], '--set =5: got no value, expected --set PATH=VALUE, for example --set http.port=9090\n'],
    [['run', '--http.port'], '--http.port: got no value, expected --PATH=VALUE, for example --http.port=9090\n'],
    [['run', '--set', 'nope=1'], '--set nope: got an unknown setting, expected a setting that config/windlass.yaml lists\n'],
    [['explain', 'shop', '--http.prt', '1'], '--http.prt: got an unknown setting, expected a known setting (nearest: --http.port)\n'],
    [['explain', 'shop', '--server', 'foo'], "argument 'foo' is invalid. expected an http or https URL"],
    [['replay', 'none.json'], 'cannot read none.json: no such file or directory\n'],
  ])('%j', async (args, sentence) => {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-usage-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { status, stdout, stderr } = await play(folder, args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });
});
