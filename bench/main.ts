import { measureLoop } from './loop.ts';
import { measureMany } from './many.ts';

const rounds = Number(process.argv[2] ?? 3);

function row(name: string, cells: readonly (string | number)[]): string {
  return `${name.padEnd(46)}${cells.map((cell) => String(cell).padStart(12)).join('')}`;
}

const loop = await measureLoop(rounds);
console.log(row(`one application, ${rounds} rounds (ms)`, ['median', 'min', 'max']));
for (const [name, times] of Object.entries(loop)) {
  const sorted = times.toSorted((a, b) => a - b);
  console.log(
    row(
      `  ${name}`,
      [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted[0] ?? 0, sorted.at(-1) ?? 0].map((ms) => Math.round(ms)),
    ),
  );
}

const [applications, distinct] = [100, 20];
const { due, idle } = await measureMany(applications, distinct);
console.log(`\n${row(`${applications} applications, ${distinct} images, one repository`, ['all due', 'nothing new'])}`);
for (const [name, key] of [
  ['tag listings', 'listings'],
  ['registry requests', 'registryRequests'],
  ['Git fetches', 'fetches'],
  ['Git pushes', 'pushes'],
  ['commits', 'commits'],
  ['wall time of the cycle (ms)', 'ms'],
] as const) {
  console.log(row(`  ${name}`, [due[key], idle[key]]));
}
