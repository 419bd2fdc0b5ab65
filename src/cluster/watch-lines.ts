import { Failure } from '../kernel/failure.ts';
import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import { excerpt } from './objects.ts';

/** One line of a watch. */
export type WatchLine = { readonly type: string; readonly object: Body };

const newline = 10;
const lineLimit = 64 * 1024 * 1024;

/** Splits a byte stream into its JSON lines, wherever the chunks are cut. A line that is no watch event is a Failure. */
export async function* readWatchLines(chunks: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<WatchLine> {
  let pending: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      pending.push(chunk.subarray(start, end));
      yield* readLine(Buffer.concat(pending).toString(), what);
      pending = [];
      size = 0;
      start = end + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > lineLimit) throw new Failure('too-large', `cannot ${what}: one event is larger than ${lineLimit} bytes`);
  }
}

function* readLine(line: string, what: string): Generator<WatchLine> {
  if (line.trim() === '') return;
  const event = parse(line, what);
  if (!isBody(event) || typeof event['type'] !== 'string' || !isBody(event['object'])) {
    throw new Failure('broken-answer', `cannot ${what}: expected an event with type and object, got ${excerpt(event)}`);
  }
  yield { type: event['type'], object: event['object'] };
}

function parse(line: string, what: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (cause) {
    throw new Failure('broken-answer', `cannot ${what}: an event is no JSON: ${JSON.stringify(line.slice(0, 80))}`, { cause });
  }
}
