import { Readable } from 'node:stream';
import type { TryOptions } from '../../../src/cli/try/options.ts';
import { tryImage } from '../../../src/cli/try/try-image.ts';

/** What standard input holds where a test says nothing else. */
export const list = ['1.0.0 2026-01-01', '', '# a remark', '1.2.0 2026-02-01', '2.0.0 2026-03-01T10:00:00Z', 'latest'].join('\n');

export type Run = { readonly status: number; readonly out: string; readonly err: string };

/** `windlass try` in this process. */
export async function run(
  written: string,
  options: Partial<TryOptions>,
  { input = list, env = {} }: { input?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Run> {
  const said = { out: '', err: '' };
  const status = await tryImage(
    written,
    { passwordStdin: false, all: false, output: 'text', ...options },
    { input: Readable.from([Buffer.from(input)]), env, out: (text) => (said.out += text), err: (text) => (said.err += text) },
  );
  return { status, ...said };
}
