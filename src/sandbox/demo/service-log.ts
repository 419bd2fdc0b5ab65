import { open } from 'node:fs/promises';

/** What the service wrote: the newest part in memory, all of it in a file where one is asked for, as it comes. */
export type ServiceLog = {
  add(chunk: Buffer): void;
  /** The newest text, at most about a megabyte of it. */
  text(): string;
  close(): Promise<void>;
};

const keptBytes = 2 ** 20;

/** Opens the log. Throws where the file cannot be opened; a file that cannot be written later is given up with one notice. */
export async function openServiceLog(file: string | undefined, warn: (text: string) => void): Promise<ServiceLog> {
  const handle = file === undefined ? undefined : await open(file, 'w');
  let writing: Promise<unknown> = Promise.resolve();
  let broken = false;
  const kept: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      kept.push(chunk);
      size += chunk.length;
      while (size > keptBytes && kept.length > 1) size -= kept.shift()?.length ?? 0;
      if (handle === undefined) return;
      writing = writing
        .then(() => (broken ? undefined : handle.appendFile(chunk)))
        .catch((thrown: unknown) => {
          broken = true;
          warn(`the log ${file ?? ''} cannot be written any more: ${String(thrown)}\n`);
        });
    },
    text: () => Buffer.concat(kept).toString('utf8'),
    async close() {
      await writing;
      await handle?.close();
    },
  };
}
