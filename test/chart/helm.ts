import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { counterpart } from '../real/counterparts.ts';

export const chart = fileURLToPath(new URL('../../charts/windlass', import.meta.url));

/** Why tests of the chart cannot run here: Helm's path is undefined then. With REQUIRE_REAL=1 a missing Helm is an error. */
export function findHelm(): string | undefined {
  const path = counterpart('helm');
  if (path !== undefined) return path;
  const missing = 'helm is not at hand (npm run real:install builds it)';
  if (process.env['REQUIRE_REAL'] === '1') throw new Error(`REQUIRE_REAL=1, but ${missing}`);
  process.stdout.write(`chart: ${missing}: what only Helm can show is skipped\n`);
  return undefined;
}

/** What a run of Helm came to; `said` is everything that it printed. */
export type HelmRun = { readonly ok: boolean; readonly out: string; readonly said: string };

/** Helm's own folders and its client's: made at the first run, gone with the process's temporary files. */
const home = mkdtempSync(join(tmpdir(), 'windlass-helm-'));
process.once('exit', () => rmSync(home, { recursive: true, force: true }));

/** Runs Helm with nothing of this machine's configuration; `input` is read as `-f -`. */
export function runHelm(path: string, args: readonly string[], input: object = {}): Promise<HelmRun> {
  return new Promise((resolve) => {
    const env = { HOME: home };
    const child = execFile(path, [...args, '-f', '-'], { env }, (error, out, said) =>
      resolve({ ok: error === null, out, said: `${out}${said}` }),
    );
    child.stdin?.end(JSON.stringify(input));
  });
}

export type Fields = Readonly<Record<string, unknown>>;
export type Rendered = Fields & { readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string } };

export const releaseNamespace = 'windlass';

/** The version of Kubernetes is said, because a Helm that was built without its flags takes the cluster for a very old one. */
export function renderChart(path: string, values: object): Promise<HelmRun> {
  return runHelm(path, ['template', 'windlass', chart, '--namespace', releaseNamespace, '--kube-version', '1.34.4'], values);
}

/** The objects of a rendering, or an Error with what Helm said instead. */
export async function renderObjects(path: string, values: object): Promise<readonly Rendered[]> {
  const rendered = await renderChart(path, values);
  if (!rendered.ok) throw new Error(rendered.said);
  return parseAllDocuments(rendered.out).map((document) => {
    const problem = document.errors[0];
    if (problem !== undefined) throw problem;
    return document.toJS() as Rendered;
  });
}

export function only(objects: readonly Rendered[], kind: string): Rendered {
  const [object, ...others] = objects.filter((one) => one.kind === kind);
  if (object === undefined || others.length > 0)
    throw new Error(`expected one ${kind}, got ${others.length + Number(object !== undefined)}`);
  return object;
}
