import { play } from '../test/simulation/run.ts';

/**
 * Plays many worlds of the simulation, one after the other, and says which break an invariant: `npm run simulate -- FROM COUNT`. A hundred
 * of them take about two minutes. Exit status 1 when one broke; `SIMULATION_SEED=<seed> npm test -- test/simulation` tells its story.
 */
const steps = 60;
const usage = `usage: npm run simulate -- [FROM [COUNT]]
Plays COUNT worlds of the simulation (100 where it is not said), each of ${steps} steps, with the seeds from FROM on (a new one each time
where it is not said), and says which break an invariant. Ends with status 1 when one did.`;

function refuse(because: string): never {
  console.error(`${because}\n${usage}`);
  process.exit(2);
}

function readCount(text: string, what: string, least: number): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(number) || number < least) {
    refuse(`${what}: got ${JSON.stringify(text)}, expected a whole number of at least ${least}`);
  }
  return number;
}

async function simulate(from: number, count: number): Promise<void> {
  console.log(`playing ${count} ${count === 1 ? 'world' : 'worlds'} of ${steps} steps, seeds ${from} to ${from + count - 1}`);
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
}

const [from, count, ...more] = process.argv.slice(2);
if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(usage);
} else {
  if (more.length > 0) refuse(`got ${more.map((one) => JSON.stringify(one)).join(', ')} behind FROM and COUNT, expected nothing more`);
  const first = from === undefined ? Date.now() % 1_000_000_000 : readCount(from, 'FROM', 0);
  await simulate(first, count === undefined ? 100 : readCount(count, 'COUNT', 1));
}
