/** What one rendering may take (LOOP 23). Bytes count what was read from Git or printed by a tool. */
export type RenderLimits = {
  readonly objects: number;
  readonly inputFiles: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Tools that run at the same time; each takes up to 100 MB. */
  readonly processes: number;
  /** Text of renderings that are kept for equal inputs. */
  readonly keptBytes: number;
};

const mebi = 1024 * 1024;

/** Argo CD v3.5 allows 10 MB of manifests per directory source. */
export const defaultRenderLimits: RenderLimits = {
  objects: 5_000,
  inputFiles: 5_000,
  inputBytes: 50 * mebi,
  outputBytes: 10 * mebi,
  processes: 2,
  keptBytes: 50 * mebi,
};
