import { rmSync } from 'node:fs';

/*
 * Loaded in front of the service (node --import): its standard input is a pipe that the demo holds and never writes to, so its end
 * says that the demo is gone, in whatever way it went. Then the service is asked to stop, and the folder of the demo is removed.
 */
const patienceMs = 10_000;

process.stdin.once('end', () => {
  const folder = process.env['DEMO_FOLDER'];
  if (folder !== undefined) process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  setTimeout(() => process.exit(1), patienceMs).unref();
  process.kill(process.pid, 'SIGTERM');
});
process.stdin.resume();
// The service ends by itself; this pipe must not hold it.
if ('unref' in process.stdin) process.stdin.unref();
