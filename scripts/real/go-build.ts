import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isOnPath, runProgram } from './run-program.ts';
import type { Order, Source } from './source.ts';

/** A program that is built from a Go module, whose go.mod and go.sum lie in `test/real/<module>`. */
export type GoProgram = {
  readonly module: string;
  readonly program: string;
  /** Variables that the linker sets: without them a program says another version than its own. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly cgo?: boolean;
  /** Folder to build in, where that is not the module's. */
  readonly prepare?: (order: Order) => Promise<string>;
  readonly finish?: (order: Order) => Promise<void>;
};

/** Builds with the Go toolchain that is there. The committed go.mod and go.sum are never changed by it. */
export function goBuild(built: GoProgram): Source {
  return {
    name: 'Go module',
    lacks: () => {
      if (!isOnPath('go')) return 'Go is not on PATH (1.26.2 or newer builds all of them)';
      return built.cgo === true && !isOnPath(process.env['CC'] ?? 'gcc') ? 'it needs a C compiler, and gcc is not on PATH' : undefined;
    },
    recipe: () => {
      const hash = createHash('sha256').update(JSON.stringify([built.module, buildArguments(built, '')]));
      for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(moduleFolder(built.module), file)));
      return hash.digest('hex');
    },
    obtain: async (order) => {
      const cwd = built.prepare === undefined ? moduleFolder(built.module) : await built.prepare(order);
      await runGo(buildArguments(built, order.partial), { order, cwd, cgo: built.cgo === true });
      await built.finish?.(order);
      return 'made';
    },
  };
}

/** Folder in the module cache of a module that `test/real/<module>` requires. */
export async function fetchedModule(module: string, required: string, order: Order): Promise<string> {
  const cwd = moduleFolder(module);
  await runGo(['mod', 'download', required], { order, cwd, cgo: false });
  const folder = (await runGo(['list', '-m', '-f', '{{.Dir}}', required], { order, cwd, cgo: false })).trim();
  if (folder === '') throw new Error(`${required} is not in the module cache after its download`);
  return folder;
}

function buildArguments({ program, variables = {}, tags = [] }: GoProgram, output: string): readonly string[] {
  const set = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  return [
    ...['build', '-trimpath', '-buildvcs=false', '-mod=readonly', '-ldflags', ['-s -w', ...set].join(' ')],
    ...(tags.length === 0 ? [] : ['-tags', tags.join(',')]),
    ...['-o', output, program],
  ];
}

function moduleFolder(module: string): string {
  return fileURLToPath(new URL(`../../test/real/${module}/`, import.meta.url));
}

type In = { readonly order: Order; readonly cwd: string; readonly cgo: boolean };

async function runGo(args: readonly string[], { order, cwd, cgo }: In): Promise<string> {
  let fetched = 0;
  return runProgram('go', {
    args,
    cwd,
    signal: order.signal,
    // A workspace or flags of the person's own must not reach into these builds.
    env: { CGO_ENABLED: cgo ? '1' : '0', GOFLAGS: '', GOWORK: 'off' },
    onLine: (line) => {
      if (line.startsWith('go: downloading')) order.say(`${(fetched += 1)} modules fetched`);
    },
  });
}
