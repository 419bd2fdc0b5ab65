import { describeDurations } from './times.ts';
import type { Stage } from './stage.ts';
import type { Story } from './story.ts';
import { explanationText } from '../../cli/explain.ts';

/** What the story leaves behind, read from the servers: Git's log, the holds file, the explanation, the table of times. */
export async function reportStory(stage: Stage, story: Story): Promise<void> {
  const { narrator, observer } = stage;
  const log = await observer.git('log', '--first-parent', '--format=%h %an: %s', 'main');
  narrator.report('git log main', log);
  narrator.report('.windlass/holds.yaml', (await observer.file('.windlass/holds.yaml')) ?? 'missing\n');
  const explanation = await stage.explain();
  narrator.report(`windlass explain ${stage.cast.app}`, explanation === undefined ? 'no answer' : explanationText(explanation));
  narrator.report('times', describeDurations(story.times));
}

/** How to reach the servers that `--keep` leaves running. */
export function describeAccess(stage: Stage): string {
  const { addresses, cast } = stage;
  return [
    `git clone ${stage.personUrl}`,
    `kubectl --kubeconfig ${stage.kubeconfig} -n ${cast.namespace} get rollouts,replicasets,pods`,
    `kubectl --kubeconfig ${stage.kubeconfig} -n argocd get application ${cast.app} -o yaml`,
    `curl http://${addresses.registryHost}/v2/${cast.repository}/tags/list`,
    `curl '${addresses.metricsUrl}/api/v1/query?query=sum(rate(http_requests_total[2s]))by(code)'`,
    `curl ${stage.serviceUrl}/api/applications/argocd/${cast.app}/explain`,
    `curl ${stage.serviceUrl}/metrics`,
    'Stop with Ctrl-C.',
  ].join('\n');
}
