import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openServiceLog } from '../../../src/sandbox/demo/service-log.ts';

const endWithParent = new URL('../../../src/sandbox/demo/end-with-parent.ts', import.meta.url).href;

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-beside-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('a service beside a demo', () => {
  const program = `
    const working = setInterval(() => {}, 1000);
    process.once('SIGTERM', () => { console.log('asked to stop'); clearInterval(working); });
    console.log('running');
  `;

  it('is asked to stop when the demo is gone, and removes the folder', async () => {
    const folder = join(await newFolder(), 'demo');
    await mkdir(folder);
    const child = spawn(process.execPath, ['--import', endWithParent, '-e', program], {
      env: { PATH: process.env['PATH'] ?? '', DEMO_FOLDER: folder },
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (said === 'running\n') child.stdin.destroy();
    });
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect({ status, said, folder: existsSync(folder) }).toEqual({ status: 0, said: 'running\nasked to stop\n', folder: false });
  });

  it('that ends by itself is not held by the pipe, and leaves the folder', async () => {
    const folder = await newFolder();
    const child = spawn(process.execPath, ['--import', endWithParent, '-e', '0'], {
      env: { PATH: process.env['PATH'] ?? '', DEMO_FOLDER: folder },
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(existsSync(folder)).toBe(true);
  });
});

describe('the log of the service', () => {
  it('is in its file as a whole, and in memory as its newest part', async () => {
    const file = join(await newFolder(), 'service.log');
    const log = await openServiceLog(file, () => undefined);
    expect(existsSync(file)).toBe(true);
    const chunks = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(300_000));
    for (const chunk of chunks) log.add(Buffer.from(chunk));
    await log.close();
    expect(await readFile(file, 'utf8')).toBe(chunks.join(''));
    expect(log.text()).toBe(chunks.slice(1).join(''));
  });

  it('is kept in memory alone without a file', async () => {
    const log = await openServiceLog(undefined, () => undefined);
    log.add(Buffer.from('one\n'));
    await log.close();
    expect(log.text()).toBe('one\n');
  });

  it('says at once that its file cannot be opened', async () => {
    await expect(openServiceLog(join(await newFolder(), 'none', 'x'), () => undefined)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
