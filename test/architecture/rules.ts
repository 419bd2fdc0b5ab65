import ts from 'typescript';
import { emptyNames, impureGlobals, pureRooms, purePackages, rooms } from './rooms.ts';
import { lineOf, roomOf } from './source.ts';
import type { Import, Source } from './source.ts';

/** Imports that the table does not allow, and files in rooms that it does not know. */
export function brokenImports(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) => {
    const room = roomOf(source.path);
    if (room === undefined) return [];
    const allowance = rooms[room];
    if (allowance === undefined) return [`${source.path}: there is no room ${room}; the rooms are ${Object.keys(rooms).join(', ')}`];
    return source.imports.flatMap((each) => {
      const because = refusal(room, each);
      return because === undefined ? [] : [`${source.path}:${each.line}: ${because}`];
    });
  });
}

function refusal(room: string, each: Import): string | undefined {
  if (!each.ours) return refusedPackage(room, each.target);
  const target = roomOf(each.target);
  if (target === undefined) return `src must not import ${each.target}, which is not below src`;
  const allowance = rooms[room];
  if (target === room || allowance?.values.includes(target) === true) return undefined;
  if (allowance?.types.includes(target) !== true) return `${room} must not import ${target}`;
  return each.typeOnly ? undefined : `${room} may import only types from ${target}`;
}

function refusedPackage(room: string, name: string): string | undefined {
  if (!pureRooms.includes(room)) return undefined;
  const known = purePackages.some((allowed) => name === allowed || name.startsWith(`${allowed}/`));
  return known ? undefined : `${room} is pure and must not import ${name}; allowed: ${purePackages.join(', ')}`;
}

/** Waiting, clocks, chance and the process in rooms that decide from values alone. */
export function impurities(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) => {
    const room = roomOf(source.path);
    if (room === undefined || !pureRooms.includes(room)) return [];
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      const what = impurityOf(node);
      if (what !== undefined) found.push(`${source.path}:${lineOf(source.tree, node)}: ${room} is pure and must not use ${what}`);
      ts.forEachChild(node, visit);
    };
    visit(source.tree);
    return found;
  });
}

function impurityOf(node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
  if (ts.isAwaitExpression(node)) return 'await';
  if (ts.isIdentifier(node)) return impureGlobals.includes(node.text) && !namesMember(node) ? node.text : undefined;
  return clockOrChance(node);
}

function clockOrChance(node: ts.Node): string | undefined {
  const text = node.getText();
  if (ts.isPropertyAccessExpression(node)) return ['Date.now', 'Math.random'].find((source) => source === text);
  if (ts.isNewExpression(node)) return /^new Date(?:\(\))?$/.test(text) ? 'new Date()' : undefined;
  return ts.isCallExpression(node) && text === 'Date()' ? text : undefined;
}

/** Whether the identifier is only the name of a member (`step.process`, `{ process: 1 }`), not the global. */
function namesMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent)) && parent.name === node;
}

/** Circles of value imports, each once, as the path that closes it. */
export function importCycles(sources: readonly Source[]): readonly string[] {
  const edges = new Map(
    sources.map(({ path, imports }) => [path, imports.filter((each) => each.ours && !each.typeOnly).map((each) => each.target)]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (path: string, above: readonly string[]): void => {
    const start = above.indexOf(path);
    if (start >= 0) {
      cycles.push(`import cycle: ${[...above.slice(start), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const target of edges.get(path) ?? []) walk(target, [...above, path]);
    done.add(path);
  };
  for (const path of [...edges.keys()].sort()) walk(path, []);
  return cycles;
}

/** Files and folders whose name says nothing. */
export function emptyNamed(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) =>
    path
      .split('/')
      .map((part) => part.replace(/\..*$/, ''))
      .filter((part) => emptyNames.includes(part))
      .map((part) => `${path}: ${part} says nothing about what it answers; name the question`),
  );
}
