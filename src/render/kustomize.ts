import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TreeEntry } from '../git/commit.ts';
import type { Oid } from '../kernel/refs.ts';
import { runChild } from './child.ts';
import type { Ended } from './child.ts';
import { refuse } from './inputs.ts';
import type { Refused } from './inputs.ts';
import type { KustomizeTool } from './kustomize-tool.ts';
import { parseManifests } from './manifests.ts';
import type { Manifests } from './manifests.ts';
import { staysInside } from './paths.ts';

export type KustomizeBuild = {
  readonly tool: KustomizeTool;
  /** From the root of the repository; '' is the root. */
  readonly directory: string;
  readonly entries: readonly TreeEntry[];
  readonly blobs: ReadonlyMap<Oid, Uint8Array>;
  /** Files that replace the repository's, by path. */
  readonly edited: ReadonlyMap<string, string>;
  readonly timeoutMs: number;
  readonly outputBytes: number;
};

// kustomize also loads files over HTTP. Remote names are refused before it runs; this makes sure that what slipped through finds no way out.
const env = { HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9', GIT_ALLOW_PROTOCOL: 'none' };

/** Writes the inputs into a temporary folder and runs the real kustomize there with nothing of our environment. Throws `Failure`. */
export async function buildKustomization(build: KustomizeBuild, signal: AbortSignal): Promise<Manifests> {
  const unsafe = build.entries.find((entry) => !staysInside(entry.path));
  if (unsafe !== undefined) return refuse(`${JSON.stringify(unsafe.path)} is no path that can be written`);
  const folder = await mkdtemp(join(tmpdir(), 'windlass-render-'));
  try {
    await writeInputs(folder, build);
    const { timeoutMs, outputBytes, tool } = build;
    const args = [...tool.before, join(folder, build.directory)];
    const ended = await runChild({ command: tool.command, args, cwd: folder, env, timeoutMs, outputBytes }, signal);
    return ended.code === 0 ? parseManifests(ended.stdout, 'the output of kustomize', true) : refusedBy(ended, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeInputs(folder: string, build: KustomizeBuild): Promise<void> {
  const directories = new Set(build.entries.map((entry) => dirname(entry.path)));
  for (const directory of [build.directory, ...directories]) await mkdir(join(folder, directory), { recursive: true });
  for (const entry of build.entries) {
    const content = build.edited.get(entry.path) ?? build.blobs.get(entry.oid) ?? '';
    await writeFile(join(folder, entry.path), content);
  }
}

function refusedBy(ended: Ended, folder: string): Refused {
  const sentence = ended.stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .join(' ')
    .replaceAll(`${folder}/`, '')
    .replaceAll(folder, '.')
    .replace(/^error: /i, '');
  return refuse(`kustomize: ${sentence.slice(0, 1000) || `it ended with code ${ended.code}`}`);
}
