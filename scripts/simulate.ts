import { play } from '../test/simulation/run.ts';

/**
 * Plays many worlds of the simulation, one after the other, and says which break an invariant: `npm run simulate -- FROM COUNT`. A hundred
 * of them take about two minutes. Exit status 1 when one broke; `SIMULATION_SEED=<seed> npm test -- test/simulation` tells its story.
 */
const steps = 60;
const [from = Date.now() % 1_000_000_000, count = 100] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count) || count < 1) {
  console.error('expected a first seed and a number of worlds: npm run simulate -- 1000 200');
  process.exit(2);
}

let failed = 0;
for (let seed = from; seed < from + count; seed += 1) {
  const { broken } = await play(seed, steps);
  if (broken.length > 0) failed += 1;
  for (const sentence of broken) console.log(`seed ${seed}: ${sentence}`);
  const played = seed - from + 1;
  if (played % 50 === 0) console.log(`${played} of ${count} worlds played, ${failed} broke an invariant`);
}
console.log(`${count - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
