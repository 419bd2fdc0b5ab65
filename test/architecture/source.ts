import { posix } from 'node:path';
import ts from 'typescript';

/** One import or re-export: `target` is a path below the repository for files of ours, else the package or `node:` name. */
export type Import = { readonly target: string; readonly ours: boolean; readonly typeOnly: boolean; readonly line: number };

/** A parsed source file; `path` counts from the root of the repository, with slashes. */
export type Source = { readonly path: string; readonly tree: ts.SourceFile; readonly imports: readonly Import[] };

/** Parses a file and reads its imports: static, dynamic, re-exports and `import('...')` in types. */
export function readSource(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true, ts.ScriptKind.TS);
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found !== undefined) imports.push({ ...resolve(path, found.specifier), typeOnly: found.typeOnly, line: lineOf(tree, node) });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { path, tree, imports };
}

export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

function resolve(path: string, specifier: string): { target: string; ours: boolean } {
  if (!specifier.startsWith('.')) return { target: specifier, ours: false };
  return { target: posix.join(posix.dirname(path), specifier), ours: true };
}

function importOf(node: ts.Node): { specifier: string; typeOnly: boolean } | undefined {
  const typeOnly = isTypeOnly(node);
  const specifier = specifierOf(node);
  return specifier !== undefined && ts.isStringLiteralLike(specifier) ? { specifier: specifier.text, typeOnly } : undefined;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined;
}

// `import { type X }` keeps the import at run time (verbatimModuleSyntax): only `import type` is type-only.
function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  return ts.isImportTypeNode(node) || (ts.isExportDeclaration(node) && node.isTypeOnly);
}

/** The room of a file below src: its first folder, or the name of a file that stands there alone. */
export function roomOf(path: string): string | undefined {
  return /^src\/([^/]+?)(?:\.ts)?(?:\/|$)/.exec(path)?.[1];
}
