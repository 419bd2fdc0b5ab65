import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';

/**
 * Bundles the command line, which has the service in it (`windlass run`), into dist/, with the licences of everything that went
 * in, and starts the result once. A bundle loads in a third of the time and with two thirds of the memory of node_modules.
 */
const root = fileURLToPath(new URL('../', import.meta.url));
const outdir = join(root, 'dist');
const entry = 'src/cli.ts';

/** Bundled code keeps finding what stands beside its source: `import.meta.url` of a file of ours stays the address of that file. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  setup(building) {
    building.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (path.includes('node_modules') || !text.includes('import.meta.url')) return undefined;
      const place = `new URL(${JSON.stringify(relative(outdir, path).replaceAll('\\', '/'))}, import.meta.url).href`;
      return { contents: text.replaceAll('import.meta.url', place), loader: 'ts' };
    });
  },
};

const clients = '@kubernetes/client-node';

/** The package does not say that its modules have no side effects; with that said, what nobody uses of it stays out. */
const dropUnusedClients: Plugin = {
  name: 'drop-unused-clients',
  setup(building) {
    building.onResolve({ filter: /^(?:\.|@kubernetes\/client-node$)/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === clients || !(path === clients || importer.includes(`/node_modules/${clients}/`))) return undefined;
      return { ...(await building.resolve(path, { importer, resolveDir, kind, pluginData: clients })), sideEffects: false };
    });
  },
};

// Packages in CommonJS call `require` for Node's own modules, which a module does not have.
const requireForPackages =
  "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);";

/** Directories of the packages that went into a bundle, as `node_modules/NAME`, sorted. */
function bundledPackages(metafile: Metafile): readonly string[] {
  const found = Object.keys(metafile.inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(found)].sort();
}

function licenceOf(directory: string): string {
  const described = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')) as Record<string, unknown>;
  const texts = globSync('{LICEN[CS]E,license,licence,NOTICE,COPYING}*', { cwd: join(root, directory) })
    .filter((name) => !/\.[cm]?[jt]s$/.test(name))
    .sort()
    .map((name) => readFileSync(join(root, directory, name), 'utf8').trim());
  const title = `${String(described['name'])} ${String(described['version'])} (${String(described['license'])})`;
  return [title, ...texts].join('\n\n');
}

async function bundle(): Promise<void> {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    splitting: true,
    sourcemap: 'linked',
    sourcesContent: false,
    banner: { js: requireForPackages },
    plugins: [keepPlaces, dropUnusedClients],
    metafile: true,
    logLevel: 'warning',
  });
  const licences = bundledPackages(metafile).map(licenceOf);
  writeFileSync(join(outdir, 'LICENCES.txt'), `${licences.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
  const bytes = Object.entries(metafile.outputs).reduce((sum, [path, output]) => (path.endsWith('.js') ? sum + output.bytes : sum), 0);
  console.log(`${relative(root, outdir)}: ${(bytes / 2 ** 20).toFixed(1)} MiB from ${licences.length} packages`);
}

/** A bundle that does not load is no bundle: throws with what it printed. */
function startOnce(): void {
  execFileSync(process.execPath, [join(outdir, 'cli.js'), '--help'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

if (!existsSync(join(root, entry))) {
  console.error(`Cannot build: ${entry} does not exist in ${root}.`);
  process.exitCode = 1;
} else {
  await bundle().then(startOnce, (thrown: unknown) => {
    // esbuild has printed its own errors already.
    if (!(thrown instanceof Error && 'errors' in thrown)) throw thrown;
    process.exitCode = 1;
  });
}
