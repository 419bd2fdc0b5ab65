import { createHash } from 'node:crypto';
import type { TreeEntry } from '../../src/git/commit.ts';
import type { Oid } from '../../src/kernel/refs.ts';
import type { SourceFiles } from '../../src/render/inputs.ts';
import { createRenderer } from '../../src/render/renderer.ts';
import type { Renderer, RendererOptions } from '../../src/render/renderer.ts';
import type { Rendering, RenderRequest } from '../../src/render/rendering.ts';
import type { ApplicationSource } from '../../src/resources/application.ts';

type Link = { readonly target: string };
export type Files = Readonly<Record<string, string | Link>>;

export function linkTo(target: string): Link {
  return { target };
}

/** Commits held in memory: the git room's listing and blobs over a map of commit to files. */
export function filesOf(commits: Readonly<Record<string, Files>>): SourceFiles & { readonly read: Oid[] } {
  const blobs = new Map<Oid, Uint8Array>();
  const trees = new Map<string, TreeEntry[]>();
  for (const [commit, files] of Object.entries(commits)) {
    const entries = Object.entries(files).map(([path, content]) => {
      const text = typeof content === 'string' ? content : content.target;
      const oid = createHash('sha1').update(text).digest('hex');
      blobs.set(oid, new TextEncoder().encode(text));
      return { path, oid, mode: typeof content === 'string' ? '100644' : '120000' };
    });
    trees.set(commit, entries);
  }
  const read: Oid[] = [];
  return {
    read,
    tree: (_repo, commit, directory) =>
      Promise.resolve((trees.get(commit) ?? []).filter(({ path }) => directory === '' || path.startsWith(`${directory}/`))),
    blobs: (_repo, oids) => {
      read.push(...oids);
      return Promise.resolve(new Map(oids.map((oid) => [oid, blobs.get(oid) ?? new Uint8Array()])));
    },
  };
}

export function rendererOver(commits: Readonly<Record<string, Files>>, options: Partial<RendererOptions> = {}): Renderer {
  return createRenderer({ files: filesOf(commits), ...options });
}

export function requestOf(source: Partial<ApplicationSource>, revision = 'c1'): RenderRequest {
  const repoURL = 'https://git.example.com/team/config.git';
  return {
    repo: { url: repoURL },
    revision,
    source: { repoURL, ...source },
    application: { name: 'shop', namespace: 'argocd' },
  };
}

/** Renders one commit of these files. */
export function renderFiles(files: Files, source: Partial<ApplicationSource>, options: Partial<RendererOptions> = {}): Promise<Rendering> {
  return rendererOver({ c1: files }, options).render(requestOf(source), AbortSignal.timeout(60_000));
}

/** `Kind name` of every object, or the sentence of a refusal. */
export function summaryOf(rendering: Rendering): string | readonly string[] {
  return rendering.kind === 'refused' ? rendering.because : rendering.objects.map((object) => `${object.kind} ${object.metadata.name}`);
}
