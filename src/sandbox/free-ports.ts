import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below those that systems give to connections and to who asks for any port: who listens seconds after the choice (an API server, a
 * process of its own) must still find its port free.
 */
const range = { from: 12_000, to: 32_000 };

/** Different free ports of loopback, chosen at random. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const chosen = new Set<number>();
  while (chosen.size < count) {
    const port = randomInt(range.from, range.to);
    if (await isFree(port)) chosen.add(port);
  }
  return [...chosen];
}

/** A free port of loopback, chosen at random. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
