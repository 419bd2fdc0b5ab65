import { cpus, loadavg } from 'node:os';
import { measureBuilds } from './builds.ts';
import type { Counts } from './fleet.ts';
import { measureLoop } from './loop.ts';
import { measureIdle, measureMany } from './many.ts';
import { measureHostile, measureListing } from './tags.ts';

const usage = 'npm run bench -- [loop] [many] [idle] [listing] [patterns] [builds] [ROUNDS]; all of them where none is named';
const rounds = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 3);

function print(name: string, cells: readonly (string | number)[]): void {
  console.log(`${name.padEnd(56)}${cells.map((cell) => String(typeof cell === 'number' ? Math.round(cell) : cell).padStart(14)).join('')}`);
}

/** Median, least and most. */
function spread(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted[0] ?? 0, sorted.at(-1) ?? 0];
}

const counted = [
  ['tag listings', 'listings'],
  ['registry requests', 'registryRequests'],
  ['Git fetches', 'fetches'],
  ['Git pushes', 'pushes'],
  ['commits', 'commits'],
  ['wall time of the cycle (ms)', 'ms'],
  ['CPU of the service, without git (ms)', 'cpuMs'],
  ['resident memory, servers not counted (MB)', 'rssMb'],
  ['live heap after a collection (MB)', 'heapMb'],
] as const satisfies readonly (readonly [string, keyof Counts])[];

async function loop(): Promise<void> {
  print(`one application, ${rounds} rounds (ms)`, ['median', 'min', 'max']);
  for (const [name, times] of Object.entries(await measureLoop(rounds))) print(`  ${name}`, spread(times));
}

async function many(): Promise<void> {
  const { due, idle } = await measureMany({ applications: 100, distinct: 20 });
  print('100 applications, 20 images, one repository', ['all due', 'nothing new']);
  for (const [name, key] of counted) print(`  ${name}`, [due[key], idle[key]]);
}

async function idle(): Promise<void> {
  const cycles = await measureIdle({ applications: 1000, distinct: 50 }, Math.max(2, rounds));
  print('1,000 applications, 50 images, nothing new', ['median', 'min', 'max']);
  for (const [name, key] of counted) print(`  ${name}`, spread(cycles.map((one) => one[key])));
}

async function listing(): Promise<void> {
  const rows = await measureListing(20_000, Math.max(3, rounds));
  const [first] = rows;
  print(`20,000 tags in ${first?.pages ?? 0} pages, CPU (ms)`, ['first', 'median', 'min', 'max']);
  const parts = { listing: rows.map((row) => row.listing), deciding: rows.map((row) => row.deciding) };
  for (const [name, values] of Object.entries(parts)) print(`  ${name}`, [values[0] ?? 0, ...spread(values)]);
  const both = rows.map((row) => row.listing + row.deciding);
  print('  both (aim: under 200)', [both[0] ?? 0, ...spread(both)]);
}

async function patterns(): Promise<void> {
  print('50,000 tags, hostile allow-tags, CPU (ms)', ['deciding']);
  for (const { expression, ms, outcome } of await measureHostile(50_000)) {
    print(`  ${expression}`, [ms]);
    if (outcome !== 'keep') console.log(`    ${outcome}`);
  }
}

async function builds(): Promise<void> {
  const rows = await measureBuilds(5000, 2);
  print('newest-build on 5,000 tags', ['first look', 'second look']);
  for (const kind of new Set(rows.flatMap(({ requests }) => Object.keys(requests))))
    print(
      `  ${kind}`,
      rows.map(({ requests }) => requests[kind] ?? 0),
    );
  print(
    '  commits',
    rows.map(({ commits }) => commits),
  );
  print(
    '  wall time (ms)',
    rows.map(({ ms }) => ms),
  );
  print(
    '  CPU (ms)',
    rows.map(({ cpuMs }) => cpuMs),
  );
}

const benches: Readonly<Record<string, () => Promise<void>>> = { loop, many, idle, listing, patterns, builds };
const named = process.argv.slice(2).filter((argument) => !/^\d+$/.test(argument));
const unknown = named.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`there is no ${unknown.join(', ')}; ${usage}`);
  process.exitCode = 2;
} else {
  console.log(
    `${cpus().length} CPUs, load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}\n`,
  );
  for (const [name, bench] of Object.entries(benches)) {
    if (named.length > 0 && !named.includes(name)) continue;
    await bench();
    console.log('');
  }
}
