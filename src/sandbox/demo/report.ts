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
  narrator.report(
    `windlass explain ${stage.cast.app}`,
    explanation === undefined ? 'no answer' : explanationText(explanation, { all: true }),
  );
  narrator.report('times', describeDurations(story.times));
}

/** Addresses and files of what `--keep` leaves running, for programs. */
export function accessOf(stage: Stage): Readonly<Record<string, string>> {
  const { addresses, cast, kubeconfig, serviceUrl, settingsFile, webhook } = stage;
  return {
    application: `argocd/${cast.app}`,
    namespace: cast.namespace,
    git: stage.personUrl,
    kubeconfig,
    registry: `http://${addresses.registryHost}`,
    repository: cast.repository,
    metrics: addresses.metricsUrl,
    service: serviceUrl,
    webhook: webhook.url,
    webhookSecret: webhook.token,
    settings: settingsFile,
  };
}

/** How a person reaches the servers that `--keep` leaves running. */
export function describeAccess(stage: Stage): string {
  const { addresses, cast, webhook } = stage;
  const pushed = { action: 'push', target: { repository: cast.repository, tag: 'any' }, request: { host: addresses.registryHost } };
  return [
    `npx windlass explain ${cast.app} --settings ${stage.settingsFile}`,
    `git clone ${stage.personUrl}`,
    `kubectl --kubeconfig ${stage.kubeconfig} -n ${cast.namespace} get rollouts,replicasets,pods`,
    `kubectl --kubeconfig ${stage.kubeconfig} -n argocd get application ${cast.app} -o yaml`,
    `curl http://${addresses.registryHost}/v2/${cast.repository}/tags/list`,
    // The brackets are PromQL's; without -g curl takes them for a range of its own.
    `curl -g '${addresses.metricsUrl}/api/v1/query?query=sum(rate(http_requests_total[2s]))by(code)'`,
    `curl ${stage.serviceUrl}/api/applications/argocd/${cast.app}/explain`,
    `curl ${stage.serviceUrl}/metrics`,
    `curl ${webhook.url} -H 'Authorization: Bearer ${webhook.token}' -d '${JSON.stringify({ events: [pushed] })}'`,
    'Stop with Ctrl-C.',
  ].join('\n');
}
