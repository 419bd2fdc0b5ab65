import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pureRooms, rooms } from './rooms.ts';
import { brokenImports, emptyNamed, importCycles, impurities } from './rules.ts';
import { readSource } from './source.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pathsBelow = (...patterns: string[]): readonly string[] =>
  globSync(patterns, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
const sources = pathsBelow('src/**/*.ts').map((path) => readSource(path, readFileSync(`${root}${path}`, 'utf8')));

describe('the source', () => {
  it('is there', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it('imports what the table of rooms allows', () => {
    expect(brokenImports(sources)).toEqual([]);
  });

  it('keeps pure rooms pure', () => {
    expect(impurities(sources)).toEqual([]);
  });

  it('has no import cycles', () => {
    expect(importCycles(sources)).toEqual([]);
  });

  it('has no names that say nothing', () => {
    expect(emptyNamed(pathsBelow('src/**/*', 'test/**/*', 'scripts/*', 'bench/**/*'))).toEqual([]);
  });
});

describe('the table', () => {
  it('names only rooms that exist', () => {
    const named = new Set(Object.values(rooms).flatMap(({ values, types }) => [...values, ...types]));
    expect([...named, ...pureRooms].filter((room) => !Object.hasOwn(rooms, room))).toEqual([]);
  });
});

describe('a broken import is reported', () => {
  it.each([
    ['downstream', 'src/policy/a.ts', "import { x } from '../git/b.ts';", 'src/policy/a.ts:1: policy must not import git'],
    ['downstream, types', 'src/policy/a.ts', "import type { X } from '../reconcile/ports.ts';", 'policy must not import reconcile'],
    [
      'upstream values',
      'src/sync/a.ts',
      "\nimport { x } from '../render/b.ts';",
      'src/sync/a.ts:2: sync may import only types from render',
    ],
    [
      'inline types stay at run time',
      'src/sync/a.ts',
      "import { type X } from '../render/b.ts';",
      'sync may import only types from render',
    ],
    ['a re-export', 'src/git/a.ts', "export { x } from '../writeback/b.ts';", 'git may import only types from writeback'],
    ['a lazy import', 'src/git/a.ts', "const x = await import('../cluster/b.ts');", 'git must not import cluster'],
    ['a type by import()', 'src/kernel/a.ts', "type X = import('../sync/b.ts').X;", 'kernel must not import sync'],
    [
      'a loop that imports an edge',
      'src/reconcile/a.ts',
      "import { table } from '../settings/table.ts';",
      'reconcile must not import settings',
    ],
    [
      'node in a pure room',
      'src/verdict/a.ts',
      "import { hash } from 'node:crypto';",
      'verdict is pure and must not import node:crypto; allowed: zod',
    ],
    ['an SDK in a pure room', 'src/sync/a.ts', "import { x } from '@kubernetes/client-node';", 'must not import @kubernetes/client-node'],
    ['a test', 'src/git/a.ts', "import { x } from '../../test/git/b.ts';", 'src must not import test/git/b.ts, which is not below src'],
    ['an unknown room', 'src/extras/a.ts', '', 'src/extras/a.ts: there is no room extras; the rooms are kernel, resources'],
  ])('%s', (_, path, text, sentence) => {
    expect(brokenImports([readSource(path, text)])).toEqual([expect.stringContaining(sentence)]);
  });

  it.each([
    ['types from upstream', 'src/sync/a.ts', "import type { X } from '../render/b.ts';"],
    ['values of analysis in rollout', 'src/rollout/a.ts', "import { x } from '../analysis/b.ts';"],
    ['types of policy in verdict', 'src/verdict/a.ts', "import type { X } from '../policy/b.ts';"],
    ['a neighbour', 'src/git/a.ts', "import { x } from './b.ts'; import { y } from './deep/c.ts';"],
    ['an edge', 'src/main.ts', "import { x } from './settings.ts'; import { y } from './server/server.ts';"],
    ['a pure package below its root', 'src/policy/a.ts', "import gt from 'semver/functions/gt.js';"],
  ])('but not %s', (_, path, text) => {
    expect(brokenImports([readSource(path, text)])).toEqual([]);
  });
});

describe('an impurity is reported', () => {
  it.each([
    ['async', 'export async function f() {}'],
    ['await', 'await f();'],
    ['Promise', 'type X = Promise<number>;'],
    ['Date.now', 'const now = Date.now();'],
    ['new Date()', 'const now = new Date();'],
    ['Date()', 'const now = Date();'],
    ['Math.random', 'const x = Math.random();'],
    ['process', 'const x = process.env.HOME;'],
    ['console', "console.log('x');"],
    ['setTimeout', 'setTimeout(f, 1);'],
    ['fetch', "fetch('http://x');"],
  ])('%s', (what, text) => {
    expect(impurities([readSource('src/rollout/a.ts', text)])).toContain(`src/rollout/a.ts:1: rollout is pure and must not use ${what}`);
  });

  it('but not in an I/O room, nor a member of that name, nor a time that is given', () => {
    const harmless = 'const x = { process: step.process, at: new Date(now).toISOString() };';
    expect(impurities([readSource('src/git/a.ts', 'await process.exit();'), readSource('src/rollout/a.ts', harmless)])).toEqual([]);
  });
});

describe('a cycle is reported', () => {
  const circle = (last: string) => [
    readSource('src/git/a.ts', "import { b } from './b.ts';"),
    readSource('src/git/b.ts', "export * from './c.ts';"),
    readSource('src/git/c.ts', last),
  ];

  it('once, as the path that closes it', () => {
    expect(importCycles(circle("import { a } from './a.ts';"))).toEqual([
      'import cycle: src/git/a.ts -> src/git/b.ts -> src/git/c.ts -> src/git/a.ts',
    ]);
  });

  it('but not where types alone close it', () => {
    expect(importCycles(circle("import type { a } from './a.ts';"))).toEqual([]);
  });
});

it('an empty name is reported, for folders and files', () => {
  expect(emptyNamed(['src/git/utils/x.ts', 'src/types.ts', 'src/git/commit.ts'])).toEqual([
    'src/git/utils/x.ts: utils says nothing about what it answers; name the question',
    'src/types.ts: types says nothing about what it answers; name the question',
  ]);
});
