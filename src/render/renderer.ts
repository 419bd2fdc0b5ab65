import type { TreeEntry } from '../git/commit.ts';
import type { Oid } from '../kernel/refs.ts';
import { canonicalJson } from '../kernel/json.ts';
import { buildVariablesOf, usesBuildVariables } from './build-variables.ts';
import { createCache } from './cache.ts';
import { chooseManifestFiles, readManifestFiles } from './directory.ts';
import { createGate } from './gate.ts';
import { inputsKey, refuse } from './inputs.ts';
import type { Refused, SourceFiles } from './inputs.ts';
import { applyKustomizeBlock, componentsOf, patchFilesOf } from './kustomize-block.ts';
import { buildKustomization } from './kustomize.ts';
import { findKustomize } from './kustomize-tool.ts';
import type { KustomizeTool, ToolPlaces } from './kustomize-tool.ts';
import { defaultRenderLimits } from './limits.ts';
import type { RenderLimits } from './limits.ts';
import type { Manifests } from './manifests.ts';
import { joinInRepository } from './paths.ts';
import { reachKustomization } from './reach.ts';
import type { Rendering, RenderRequest } from './rendering.ts';
import { chooseTool, kustomizationNames } from './source.ts';

export type RendererOptions = {
  readonly files: SourceFiles;
  /** A directory with kustomize that is looked into first. */
  readonly toolDir?: string;
  readonly limits?: Partial<RenderLimits>;
  /** For one run of a tool; 60 s by default. */
  readonly timeoutMs?: number;
  /** Where tools are looked for that are not unpacked from a dependency; the process's PATH by default. */
  readonly searchPath?: string;
};

type RenderStats = { readonly rendered: number; readonly reused: number };

export type Renderer = {
  /** The manifests of one source at one commit, or a sentence why there are none. Throws `Failure` where the attempt failed. */
  render(request: RenderRequest, signal: AbortSignal): Promise<Rendering>;
  /** Finds (and unpacks) the tools. Throws `Failure` (unsupported) that says how to get them. */
  tools(): Promise<{ readonly kustomize: string }>;
  /** How often a source was really rendered, and how often an equal one was at hand. */
  stats(): RenderStats;
};

type Room = {
  readonly files: SourceFiles;
  readonly limits: RenderLimits;
  readonly timeoutMs: number;
  readonly texts: Map<Oid, string>;
  readonly kustomize: () => Promise<KustomizeTool>;
};

type Plan = {
  readonly kind: 'plan';
  readonly tool: 'directory' | 'kustomize';
  readonly directory: string;
  readonly entries: readonly TreeEntry[];
};

type Rendered = { readonly tool: 'directory' | 'kustomize'; readonly manifests: Manifests };

/** Questions whose answer is remembered: a source at a commit. */
const maxKeys = 20_000;

/** Renders sources with plain YAML or the real kustomize; equal inputs are rendered once, whatever the commit. */
export function createRenderer(options: RendererOptions): Renderer {
  const room: Room = {
    files: options.files,
    limits: { ...defaultRenderLimits, ...options.limits },
    timeoutMs: options.timeoutMs ?? 60_000,
    texts: new Map(),
    kustomize: once(() => findKustomize(placesOf(options))),
  };
  const gate = createGate(room.limits.processes);
  const keys = createCache<string>(maxKeys);
  const rendered = createCache<Rendered>(room.limits.keptBytes);
  const counts = { rendered: 0, reused: 0 };

  const renderNew = async (plan: Plan, request: RenderRequest, signal: AbortSignal): Promise<Rendered> => {
    counts.rendered += 1;
    const manifests = await gate(() => runPlan(plan, request, room, signal));
    return { tool: plan.tool, manifests };
  };

  return {
    render: async (request, signal) => {
      const asked = canonicalJson([request.repo.url, request.revision, request.source, request.application]);
      const known = rendered.get(keys.get(asked) ?? '');
      if (known !== undefined) return answerWith(known, request, counts);
      const plan = await planRendering(request, room, signal);
      if (plan.kind === 'refused') return plan;
      const key = keyOf(plan, request);
      keys.set(asked, key, 1);
      const held = rendered.get(key);
      if (held !== undefined) return answerWith(held, request, counts);
      const fresh = await renderNew(plan, request, signal);
      rendered.set(key, fresh, JSON.stringify(fresh.manifests).length);
      return withRevision(fresh, request);
    },
    tools: async () => ({ kustomize: (await room.kustomize()).description }),
    stats: () => ({ ...counts }),
  };
}

function placesOf({ toolDir, searchPath }: RendererOptions): ToolPlaces {
  return { searchPath: searchPath ?? process.env['PATH'] ?? '', ...(toolDir === undefined ? {} : { toolDir }) };
}

function answerWith(held: Rendered, request: RenderRequest, counts: { reused: number }): Rendering {
  counts.reused += 1;
  return withRevision(held, request);
}

function withRevision({ tool, manifests }: Rendered, { revision }: RenderRequest): Rendering {
  return manifests.kind === 'refused' ? manifests : { kind: 'rendered', revision, tool, objects: manifests.objects };
}

/** A failed search is repeated, a successful one is kept. */
function once<Found>(find: () => Promise<Found>): () => Promise<Found> {
  let search: Promise<Found> | undefined;
  return () => {
    search ??= find().catch((thrown: unknown) => {
      search = undefined;
      throw thrown;
    });
    return search;
  };
}

async function planRendering(request: RenderRequest, room: Room, signal: AbortSignal): Promise<Plan | Refused> {
  const { source, repo, revision } = request;
  const directory = joinInRepository('', source.path ?? '');
  if (directory === undefined) return refuse(`spec.source.path ${JSON.stringify(source.path)} leaves the repository`);
  const tree = await room.files.tree(repo, revision, directory, signal);
  if (tree.length === 0) return refuse(`spec.source.path ${source.path ?? '.'} does not exist at commit ${revision.slice(0, 10)}`);
  const chosen = chooseTool(source, directory, tree);
  if (chosen.kind === 'refused') return chosen;
  const inputs =
    chosen.tool === 'directory'
      ? chooseManifestFiles(directory, tree, source.directory)
      : await reachInputs(directory, request, room, signal);
  return inputs.kind === 'refused' ? inputs : { kind: 'plan', tool: chosen.tool, directory, entries: inputs.entries };
}

async function reachInputs(
  directory: string,
  request: RenderRequest,
  room: Room,
  signal: AbortSignal,
): ReturnType<typeof reachKustomization> {
  const components = componentsOf(request.source.kustomize).map((name) => joinInRepository(directory, name));
  if (components.includes(undefined)) return refuse('spec.source.kustomize.components names a path that leaves the repository');
  const added = { components: components.filter((path) => path !== undefined), files: patchFilesOf(request.source.kustomize) };
  const { repo, revision } = request;
  return reachKustomization(directory, added, { repo, revision, files: room.files, limits: room.limits, texts: room.texts, signal });
}

function keyOf(plan: Plan, request: RenderRequest): string {
  const block = plan.tool === 'kustomize' ? request.source.kustomize : null;
  // Argo CD's build variables may put the commit or the Application's name into the output.
  return inputsKey(plan.tool, [plan.directory, block, usesBuildVariables(block) ? buildVariablesOf(request) : null], plan.entries);
}

async function runPlan(plan: Plan, request: RenderRequest, room: Room, signal: AbortSignal): Promise<Manifests> {
  const manifests =
    plan.tool === 'directory'
      ? await readManifestFiles(plan.entries, { files: room.files, repo: request.repo, limits: room.limits }, signal)
      : await runKustomize(plan, request, room, signal);
  if (manifests.kind === 'refused') return manifests;
  const { objects } = room.limits;
  return manifests.objects.length > objects
    ? refuse(`${manifests.objects.length} objects are more than the limit of ${objects}`)
    : manifests;
}

async function runKustomize(plan: Plan, request: RenderRequest, room: Room, signal: AbortSignal): Promise<Manifests> {
  const oids = plan.entries.map((entry) => entry.oid);
  const blobs = await room.files.blobs(request.repo, oids, signal);
  const size = plan.entries.reduce((sum, entry) => sum + (blobs.get(entry.oid)?.length ?? 0), 0);
  if (size > room.limits.inputBytes)
    return refuse(`the kustomization reads ${size} bytes, more than the limit of ${room.limits.inputBytes}`);
  const edited = editKustomization(plan, request, blobs);
  if (edited.kind === 'refused') return edited;
  const tool = await room.kustomize();
  const { timeoutMs, limits } = room;
  const { directory, entries } = plan;
  return buildKustomization({ tool, directory, entries, blobs, edited: edited.files, timeoutMs, outputBytes: limits.outputBytes }, signal);
}

type EditedFiles = { readonly kind: 'edited'; readonly files: ReadonlyMap<string, string> };

function editKustomization(plan: Plan, request: RenderRequest, blobs: ReadonlyMap<Oid, Uint8Array>): EditedFiles | Refused {
  const block = request.source.kustomize;
  const root = plan.entries.find((entry) => kustomizationNames.some((name) => entry.path === joinInRepository(plan.directory, name)));
  if (block === undefined || root === undefined) return { kind: 'edited', files: new Map() };
  const text = new TextDecoder().decode(blobs.get(root.oid));
  const applied = applyKustomizeBlock(text, block, buildVariablesOf(request));
  return applied.kind === 'refused' ? applied : { kind: 'edited', files: new Map([[root.path, applied.text]]) };
}
