import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptedVersion, cacheFolder, findCounterpart, wantedRange } from '../../test/real/counterparts.ts';
import type { Found } from '../../test/real/counterparts.ts';
import { noteRecipe, readRecipes } from './recipes.ts';
import type { Component, Order, Source } from './source.ts';

/** What became of one component; `problem` where it is not at hand. */
export type Row = {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly path: string;
  readonly seconds: number;
  readonly problem?: string;
};

/** What ends the work early, and who hears of its progress. */
export type Call = { readonly interrupted: AbortSignal; readonly print: (line: string) => void };

const progressEvery = 15_000;
const longestBuild = 20 * 60_000;

/** Finds a component or gets it from the first of its sources that makes an accepted version. Never throws: a row says what is wrong. */
export async function install(component: Component, { interrupted, print }: Call): Promise<Row> {
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  const problems: string[] = [];
  const present = presentRow(component, '', seconds());
  if (present !== undefined) return present;
  for (const source of component.sources) {
    const problem = source.lacks() ?? (await obtain(component, source, { seconds, interrupted, print }));
    const row = problem === undefined ? presentRow(component, source.name, seconds()) : undefined;
    if (row !== undefined) return row;
    problems.push(`${source.name}: ${problem ?? `what it brought is not ${component.name} ${wantedRange(component.name)}`}`);
    if (interrupted.aborted) break;
  }
  return { name: component.name, version: '-', source: '-', path: '-', seconds: seconds(), problem: problems.join('\n') };
}

function presentRow(component: Component, source: string, seconds: number): Row | undefined {
  const found = findCounterpart(component.name);
  if (found === undefined || (found.from === 'cache' && !isUpToDate(component))) return undefined;
  const from = source === '' ? describe(component.name, found.from) : source;
  return { name: component.name, version: found.version, source: from, path: found.path, seconds };
}

/** Whether the program of the cache is what its source would make today. One that was put there by hand is taken as it is. */
function isUpToDate({ name, sources, isWhole }: Component): boolean {
  const made = readRecipes(cacheFolder())[name];
  const recipe = sources.find((source) => source.name === made?.source)?.recipe?.();
  return isWhole?.() !== false && (recipe === undefined || recipe === made?.recipe);
}

function describe(name: string, from: Found['from']): string {
  const made = from === 'cache' ? readRecipes(cacheFolder())[name] : undefined;
  return made === undefined ? from : `cache (${made.source})`;
}

type Watch = Call & { readonly seconds: () => number };

/** Undefined where the program is in place, else what went wrong. */
async function obtain({ name }: Component, source: Source, { seconds, interrupted, print }: Watch): Promise<string | undefined> {
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `${name}.partial-${process.pid}`);
  let doing = 'working';
  const tell = (): void => print(`${name}: ${seconds()} s, ${doing}`);
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(longestBuild)]);
  const order: Order = { folder, partial, say: (line) => (doing = line), signal };
  print(`${name}: from the ${source.name}`);
  const ticking = setInterval(tell, progressEvery);
  try {
    if ((await source.obtain(order)) === 'made') await place(name, source, order);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    clearInterval(ticking);
    removePartials(folder, (pid) => pid === process.pid);
  }
}

async function place(name: Component['name'], source: Source, { partial, folder }: Order): Promise<void> {
  const path = join(folder, name);
  await rename(partial, path);
  if (acceptedVersion(name, path) === undefined) {
    rmSync(path, { force: true });
    throw new Error(`the program that it made does not say a version in ${wantedRange(name)}`);
  }
  noteRecipe(folder, name, { source: source.name, recipe: source.recipe?.() ?? '' });
}

/** Removes what was left half made by the processes that `isOf` names. */
export function removePartials(folder: string, isOf: (pid: number) => boolean): void {
  for (const entry of existsSync(folder) ? readdirSync(folder) : []) {
    const pid = /\.partial-(\d+)/.exec(entry)?.[1];
    if (pid !== undefined && isOf(Number(pid))) rmSync(join(folder, entry), { recursive: true, force: true });
  }
}
