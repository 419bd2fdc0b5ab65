import { isBody } from '../../kernel/json.ts';
import type { AppView } from '../world.ts';

const inCluster = ['https://kubernetes.default.svc', ''];

/** Why an Application's objects are not in a cluster that is served here; undefined where they are. */
export function destinationProblem(app: AppView): string | undefined {
  const { server = '', name = '' } = app.resource.view.spec.destination;
  if (inCluster.includes(server) && (name === '' || name === 'in-cluster')) return undefined;
  return `spec.destination: got ${JSON.stringify(server === '' ? name : server)}, expected https://kubernetes.default.svc or name in-cluster: other clusters are not supported yet`;
}

/** Why an Application is not synced whatever Git says; undefined where nothing is wrong with what was read. */
export function specProblem(app: AppView): string | undefined {
  const { source, sources, sourceHydrator } = app.resource.view.spec;
  // Argo CD looks at it first, whatever stands beside it.
  if (isBody(sourceHydrator)) return 'spec.sourceHydrator is set: branches are not hydrated yet; expected spec.source';
  if ((sources ?? []).length > 0) return 'spec.sources: Applications with several sources are not supported yet; expected spec.source';
  return source === undefined ? 'spec.source: got nothing, expected the repository of the manifests' : destinationProblem(app);
}
