import type { IncomingMessage } from 'node:http';

/** How much of a body that is too long is read all the same, in multiples of the limit; forges send up to 25 MB. */
const readOn = 32;

/**
 * Reads a request's body; undefined where it is longer than `limit` bytes. What is too long is not kept, but read on to its end: who
 * still sends when the connection is closed loses the answer that says why. Only what is longer by far is cut off.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > readOn * limit) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
    if (length > readOn * limit) return undefined;
  }
  return length > limit ? undefined : Buffer.concat(chunks);
}
