import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** By which source a program of the cache was made, and how. */
export type Recipe = { readonly source: string; readonly recipe: string };

function fileIn(folder: string): string {
  return join(folder, 'recipes.json');
}

/** What is noted of the programs in `folder`, by name; what was put there by hand has no note. */
export function readRecipes(folder: string): Readonly<Record<string, Recipe>> {
  try {
    return JSON.parse(readFileSync(fileIn(folder), 'utf8')) as Record<string, Recipe>;
  } catch {
    return {};
  }
}

export function noteRecipe(folder: string, name: string, made: Recipe): void {
  const partial = `${fileIn(folder)}.partial-${process.pid}`;
  writeFileSync(partial, `${JSON.stringify({ ...readRecipes(folder), [name]: made }, undefined, 1)}\n`);
  renameSync(partial, fileIn(folder));
}
