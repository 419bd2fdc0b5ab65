import { counterpartNames, findCounterpart, wantedRange } from './counterparts.ts';

/**
 * Says before the first test which counterparts are real and which are not at hand. With REQUIRE_REAL=1 a missing one ends the run there,
 * with the list of them.
 */
export default function announce(): void {
  const looked = counterpartNames.map((name) => ({ name, found: findCounterpart(name) }));
  const real = looked.flatMap(({ name, found }) => (found === undefined ? [] : [`${name} ${found.version}`]));
  const missing = looked.filter(({ found }) => found === undefined).map(({ name }) => name);
  if (missing.length > 0 && process.env['REQUIRE_REAL'] === '1') {
    const wanted = missing.map((name) => `${name} ${wantedRange(name)}`).join(', ');
    process.stderr.write(`REQUIRE_REAL=1 and not at hand: ${wanted}; npm run real:install brings them and says what it cannot bring\n`);
    // A thrown error would stand below "No test files found", which is not so.
    process.exit(1);
  }
  const brings =
    missing.length === 0 ? 'none' : `${missing.join(', ')} (npm run real:install brings ${missing.length === 1 ? 'it' : 'them'})`;
  process.stdout.write(`real: ${real.length === 0 ? 'none' : real.join(', ')}; stand-ins: ${brings}\n`);
}
