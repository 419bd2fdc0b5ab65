import { cacheFolder } from '../test/real/counterparts.ts';
import { components } from './real/components.ts';
import { install, removePartials } from './real/install.ts';
import type { Row } from './real/install.ts';
import type { Component } from './real/source.ts';

/**
 * Puts the real counterparts of the tests' stand-ins into the cache folder: `npm run real:install [-- NAME...]`. Exit status 1 where one
 * is missing at the end; the others are there all the same.
 */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function tableOf(rows: readonly Row[]): string {
  const lines = [
    ['component', 'version', 'source', 'path', 'time'],
    ...rows.map(({ name, version, source, path, seconds }) => [name, version, source, path, `${seconds} s`]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function tell({ name, version, seconds, problem }: Row): void {
  if (problem !== undefined) console.error(`${name}: missing after ${seconds} s\n${problem.replaceAll(/^/gm, '  ')}`);
  else if (seconds > 0) console.log(`${name}: ${version} after ${seconds} s`);
}

async function installAll(chosen: readonly Component[], interrupted: AbortSignal): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const component of chosen) {
    if (interrupted.aborted) break;
    const row = await install(component, { interrupted, print: console.log });
    tell(row);
    rows.push(row);
  }
  return rows;
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !components.some((component) => component.name === name));
  if (unknown.length > 0) {
    console.error(`not a component: ${unknown.join(', ')}; there are ${components.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort());
  removePartials(cacheFolder(), (pid) => !isRunning(pid));
  const chosen = components.filter(({ name }) => names.length === 0 || names.includes(name));
  const rows = await installAll(chosen, interrupt.signal);
  console.log(`\n${tableOf(rows)}\n`);
  if (interrupt.signal.aborted) {
    console.error('interrupted: what is in the table stays, and the next run goes on from there');
    return 130;
  }
  const missing = rows.filter(({ problem }) => problem !== undefined).map(({ name }) => name);
  if (missing.length > 0) console.error(`missing: ${missing.join(', ')}; the reasons stand above the table`);
  return missing.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
