/** What a room may import besides itself: values (and their types) from `values`, types alone from `types`. */
export type Allowance = { readonly values: readonly string[]; readonly types: readonly string[] };

const base = ['kernel', 'resources'];
const decisions = ['policy', 'writeback', 'sync', 'analysis', 'rollout', 'traffic', 'verdict'];
const outside = ['egress', 'registry', 'git', 'render', 'cluster', 'metrics'];
const edges = ['settings', 'server', 'sandbox', 'cli', 'main', 'wire', 'meter'];
const everything = [...base, ...decisions, ...outside, 'reconcile', ...edges];

/**
 * The import table of the design, with three additions: rollout takes values from analysis, verdict types from policy and writeback, and
 * egress says for every room that asks addresses of users which ones may be asked.
 */
export const rooms: Readonly<Record<string, Allowance>> = {
  kernel: { values: [], types: [] },
  resources: { values: ['kernel'], types: [] },
  egress: { values: ['kernel'], types: [] },
  registry: { values: ['kernel', 'egress'], types: ['resources'] },
  policy: { values: base, types: ['registry'] },
  writeback: { values: base, types: ['policy', 'registry'] },
  git: { values: ['kernel'], types: ['writeback'] },
  render: { values: ['kernel'], types: ['git', 'resources'] },
  sync: { values: base, types: ['render'] },
  cluster: { values: base, types: ['sync'] },
  metrics: { values: ['kernel', 'egress'], types: ['resources'] },
  analysis: { values: base, types: ['metrics'] },
  rollout: { values: [...base, 'analysis'], types: [] },
  traffic: { values: base, types: ['rollout'] },
  verdict: { values: base, types: ['analysis', 'rollout', 'policy', 'writeback'] },
  reconcile: { values: [...base, ...decisions, ...outside], types: [] },
  settings: { values: everything, types: [] },
  server: { values: everything, types: [] },
  sandbox: { values: everything, types: [] },
  cli: { values: everything, types: [] },
  main: { values: everything, types: [] },
  wire: { values: everything, types: [] },
  meter: { values: everything, types: [] },
};

/** Rooms that decide from values alone. */
export const pureRooms: readonly string[] = [...base, ...decisions];

/** Packages that compute and touch nothing outside. */
export const purePackages: readonly string[] = ['zod', 'yaml', 'semver', 're2js'];

/** What gives a pure room a clock, chance, the process or the network. */
export const impureGlobals: readonly string[] = [
  'Promise',
  'process',
  'console',
  'fetch',
  'performance',
  'crypto',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
];

/** Names that say nothing about what a file answers. */
export const emptyNames: readonly string[] = ['utils', 'helpers', 'common', 'lib', 'shared', 'types', 'core'];
