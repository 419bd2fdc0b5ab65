import type { TreeEntry } from '../git/commit.ts';
import type { ApplicationSource } from '../resources/application.ts';
import { refuse } from './inputs.ts';
import type { Refused } from './inputs.ts';
import { below } from './paths.ts';

export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

export type Tool = { readonly kind: 'tool'; readonly tool: 'directory' | 'kustomize' };

const helmSentence = 'Helm is not rendered yet; kustomize and plain directories are';

/** The tool that renders a source, in Argo CD v3.5's order: an explicit block, Chart.yaml, a kustomization, else a plain directory. */
export function chooseTool(source: ApplicationSource, directory: string, tree: readonly TreeEntry[]): Tool | Refused {
  const because = whyNotRendered(source);
  if (because !== undefined) return refuse(because);
  if (says(source.kustomize)) return { kind: 'tool', tool: 'kustomize' };
  if (says(source.directory)) return { kind: 'tool', tool: 'directory' };
  const names = new Set(tree.map((entry) => below(directory, entry.path)));
  if (names.has('Chart.yaml')) return refuse(`${directory === '' ? '.' : directory} holds a Chart.yaml: ${helmSentence}`);
  return { kind: 'tool', tool: kustomizationNames.some((name) => names.has(name)) ? 'kustomize' : 'directory' };
}

/** Why a source is not rendered, whatever its repository holds; undefined where the repository has to be asked. */
export function whyNotRendered(source: ApplicationSource): string | undefined {
  if (source.chart !== undefined && source.chart !== '') return `spec.source.chart is set: ${helmSentence}`;
  if (says(source.helm)) return `spec.source.helm is set: ${helmSentence}`;
  if (says(source.plugin)) return 'spec.source.plugin is set: config management plugins are not run';
  if (source.repoURL.startsWith('oci://')) return 'spec.source.repoURL is an OCI artifact: only Git repositories are rendered';
  if (says(source.kustomize) && says(source.directory)) return 'spec.source has both kustomize and directory: one tool per source';
  return jsonnetIn(source) ? 'spec.source.directory.jsonnet is set: Jsonnet is not rendered' : undefined;
}

/** An empty jsonnet block is common and means nothing. */
function jsonnetIn(source: ApplicationSource): boolean {
  return says(source.directory?.['jsonnet']);
}

/** Argo CD drops blocks whose fields all have their zero value before it looks for a tool. */
function says(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(says);
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
}
