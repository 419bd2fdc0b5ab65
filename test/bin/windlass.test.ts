import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../../bin/windlass.js', import.meta.url));

/** Starts the bin as a process that takes itself for another version of Node. */
function startAs(version: string) {
  const disguise = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  return spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(disguise)}`, bin, '--help'], {
    encoding: 'utf8',
  });
}

describe('bin/windlass', () => {
  it.each(['14.21.3', '20.20.2', '22.18.9'])(
    'says in one sentence that Node %s is too old, and where a newer one comes from',
    (version) => {
      const { status, stderr, stdout } = startAs(version);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toBe(
        `windlass: this is Node ${version}, and Node 22.19 or newer is needed; in a checkout, npm ci brings Node 24, and npx windlass and every npm run use it (npx windlass --help, npm run demo).\n`,
      );
    },
  );

  it.each(['22.19.0', '22.20.0', '24.0.0', '100.0.0'])('starts the command line on Node %s', (version) => {
    const { status, stderr, stdout } = startAs(version);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('explain');
  });
});
