import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { Failure } from '../kernel/failure.ts';

type ZipEntry = { readonly method: number; readonly crc: number; readonly packed: number; readonly unpacked: number; readonly at: number };

const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const deflated = 8;

/** Unpacks one entry of a ZIP file (PKWARE APPNOTE 6.3, without ZIP64) into a new file, as a stream; the check sum is verified. */
export async function unzipEntry(archive: string, name: string, to: string): Promise<void> {
  const file = await open(archive);
  try {
    const entry = await findEntry(file, name);
    if (entry?.method !== deflated) throw new Failure('broken-answer', `${archive} holds no packed ${name}`);
    const header = await readAt(file, entry.at, 30);
    const start = entry.at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    let sum = 0;
    const check = new Transform({
      transform: (chunk: Buffer, _, done) => {
        sum = crc32(chunk, sum);
        done(null, chunk);
      },
    });
    const packed = createReadStream(archive, { start, end: start + entry.packed - 1 });
    await pipeline(packed, createInflateRaw(), check, createWriteStream(to, { mode: 0o755, flags: 'wx' }));
    if (sum !== entry.crc) throw new Failure('broken-answer', `${name} in ${archive} is damaged`);
  } finally {
    await file.close();
  }
}

async function findEntry(file: FileHandle, name: string): Promise<ZipEntry | undefined> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || tail.readUInt32LE(end) !== endMark) return undefined;
  const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === entryMark;) {
    const length = directory.readUInt16LE(at + 28);
    if (directory.toString('utf8', at + 46, at + 46 + length) === name) return entryAt(directory, at);
    at += 46 + length + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return undefined;
}

function entryAt(directory: Buffer, at: number): ZipEntry {
  return {
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    packed: directory.readUInt32LE(at + 20),
    unpacked: directory.readUInt32LE(at + 24),
    at: directory.readUInt32LE(at + 42),
  };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
