import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';

const Row = z.object({
  id: z.string(),
  version: z.string().optional(),
  input: z.record(z.string(), z.unknown()),
  expected: z.unknown(),
});
export type Row = z.infer<typeof Row>;

const dataDirectory = join(import.meta.dirname, 'data');

/** Names of the sets whose rows are committed, sorted. */
export function committedSets(): readonly string[] {
  const names = readdirSync(dataDirectory).filter((name) => /\.jsonl(\.gz)?$/.test(name));
  return names.map((name) => basename(name).replace(/\.jsonl(\.gz)?$/, '')).sort();
}

export function pathOfSet(set: string): string {
  return join(dataDirectory, `${set}.jsonl.gz`);
}

/** The rows of a file, one JSON object a line, plain or gzip. Throws where a line is no row. */
export function readRows(path: string): readonly Row[] {
  const bytes = readFileSync(path);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Row.parse(JSON.parse(line)));
}
