import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWatchLines } from '../../src/cluster/watch-lines.ts';

async function* chunksOf(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((left, right) => left - right);
  for (const [index, place] of places.entries()) {
    yield bytes.subarray(place, places[index + 1] ?? bytes.length);
    await Promise.resolve();
  }
}

async function read(text: string, cuts: readonly number[] = []): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of readWatchLines(chunksOf(new TextEncoder().encode(text), cuts), 'watch things')) lines.push(line);
  return lines;
}

describe('the lines of a watch', () => {
  it('are the same wherever the bytes are cut, inside a character too', async () => {
    const events = fc.array(
      fc.record({ type: fc.constantFrom('ADDED', 'DELETED'), object: fc.record({ text: fc.string({ unit: 'grapheme' }) }) }),
    );
    await fc.assert(
      fc.asyncProperty(events, fc.array(fc.nat()), async (sent, cuts) => {
        const text = sent.map((event) => `${JSON.stringify(event)}\n`).join('');
        expect(await read(text, cuts)).toEqual(sent);
      }),
    );
  });

  it('an unfinished last line is no event', async () => {
    expect(await read('{"type":"ADDED","object":{}}\n{"type":"ADD')).toEqual([{ type: 'ADDED', object: {} }]);
  });

  it.each([
    ['no JSON', 'oops\n', 'an event is no JSON: "oops"'],
    ['no event', '{"kind":"Status"}\n', 'expected an event with type and object, got {"kind":"Status"}'],
  ])('%s is a failure that shows it', async (_, text, sentence) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'broken-answer', message: `cannot watch things: ${sentence}` });
  });
});
