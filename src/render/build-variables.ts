import type { RenderRequest } from './rendering.ts';

export type BuildVariables = Readonly<Record<string, string>>;

/** The variables that Argo CD v3.5 offers to image names, labels and annotations of a source. */
export function buildVariablesOf(request: RenderRequest): BuildVariables {
  const { source, revision, application } = request;
  return {
    ARGOCD_APP_NAME: application.name,
    ARGOCD_APP_NAMESPACE: application.namespace,
    ARGOCD_APP_REVISION: revision,
    ARGOCD_APP_REVISION_SHORT: revision.slice(0, 7),
    ARGOCD_APP_REVISION_SHORT_8: revision.slice(0, 8),
    ARGOCD_APP_SOURCE_REPO_URL: source.repoURL,
    ARGOCD_APP_SOURCE_PATH: source.path ?? '',
    ARGOCD_APP_SOURCE_TARGET_REVISION: source.targetRevision ?? '',
  };
}

/** Whether any text of a value refers to a variable: then its rendering depends on the commit's id. */
export function usesBuildVariables(value: unknown): boolean {
  return /\$\{?ARGOCD_APP_/.test(JSON.stringify(value ?? null));
}

/** Replaces `$VAR` and `${VAR}` in every text of a value; `$$` is a dollar sign, an unknown variable is empty. */
export function substituteBuildVariables(value: unknown, variables: BuildVariables): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$(?:(\$)|\{(\w+)\}|(\w+))/g, (_, dollar?: string, braced?: string, plain?: string) =>
      dollar === '$' ? '$' : (variables[braced ?? plain ?? ''] ?? ''),
    );
  }
  if (Array.isArray(value)) return value.map((item) => substituteBuildVariables(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, substituteBuildVariables(held, variables)]));
}
