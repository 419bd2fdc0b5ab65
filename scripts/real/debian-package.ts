import { existsSync } from 'node:fs';
import { isOnPath, runProgram } from './run-program.ts';
import type { Source } from './source.ts';

/** A package of the distribution, installed where this is allowed and starts no server. */
export function debianPackage(name: string): Source {
  return {
    name: 'Debian package',
    lacks: () => {
      if (!isOnPath('apt-get')) return `${name} is missing; install it with the system's package manager`;
      if (process.getuid?.() !== 0) return `only root can install ${name}: apt-get install ${name}`;
      // Debian starts a server as soon as it is installed, unless there is no init or a policy forbids it.
      if (existsSync('/run/systemd/system') && !existsSync('/usr/sbin/policy-rc.d'))
        return `installing ${name} would start a server on this machine: install it yourself, where that is wanted`;
      return undefined;
    },
    obtain: async ({ say, signal }) => {
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      const wait = ['-o', 'DPkg::Lock::Timeout=300'];
      say('reading the package lists');
      await runProgram('apt-get', { args: ['update', '-q', ...wait], env, signal });
      say(`installing ${name}`);
      await runProgram('apt-get', { args: ['install', '-y', '-q', '--no-install-recommends', ...wait, name], env, signal });
      return 'in place';
    },
  };
}
