import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { attend, deathNotice } from '../../../src/sandbox/demo/service-process.ts';
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

describe('a service that is attended', () => {
  const idle = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);

  it.each<[string, () => ReturnType<typeof spawn>, string]>([
    ['with a status', () => spawn(process.execPath, ['-e', 'process.exitCode = 3']), 'with status 3'],
    [
      'by a signal',
      () => {
        const child = idle();
        child.kill('SIGKILL');
        return child;
      },
      'by SIGKILL',
    ],
  ])('tells how it died: %s', async (_, start, how) => {
    const attended = attend(start());
    expect(await attended.died).toBe(how);
    await attended.stop();
  });

  it('does not die of being stopped', async () => {
    const attended = attend(idle());
    await attended.stop();
    expect(await Promise.race([attended.died, Promise.resolve('stopped')])).toBe('stopped');
  });

  it('is told with the line that starts it again', () => {
    expect(deathNotice('by SIGKILL', 'npx windlass run')).toBe(
      '\nthe service ended by SIGKILL; everything else still runs. In another terminal, this starts it again:\nnpx windlass run\n',
    );
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
