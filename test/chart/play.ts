import { applicationPath, field, podsPath, rolloutPath, textAt } from '../scenarios/api.ts';
import { application, holdsFile } from '../scenarios/manifests.ts';
import { replaced } from '../scenarios/repository.ts';
import type { LoggedCommit, Repository } from '../scenarios/repository.ts';
import type { Stage, Staged } from '../scenarios/stage.ts';
import { not, until } from '../scenarios/until.ts';
import type { World, WorldCluster } from '../scenarios/world.ts';
import { withoutWorkloads, workloadFiles, workloadSource } from './workloads.ts';

type Place = { readonly world: World<WorldCluster>; readonly stage: Stage };

const rolloutFile = 'overlay/rollout.yaml';

/** Services for stable and canary, and no history: what asks the service to patch the ones and to delete the other. */
async function withServices(repository: Repository, app: string): Promise<Record<string, string>> {
  const services = ['stable', 'canary'].map(
    (role) => `apiVersion: v1
kind: Service
metadata:
  name: ${role}
spec:
  selector:
    app: ${app}
  ports:
    - port: 80
`,
  );
  const kustomization = await replaced(repository, 'overlay/kustomization.yaml', 'resources:\n', 'resources:\n  - services.yaml\n');
  const longer = await replaced(
    repository,
    rolloutFile,
    /( +)replicas: 5\n/,
    '$1replicas: 5\n$1revisionHistoryLimit: 0\n$1analysis:\n$1  successfulRunHistoryLimit: 0\n',
  );
  const rollout = longer[rolloutFile]?.replace(/( +)maxSurge: 1\n/, '$1maxSurge: 1\n$1stableService: stable\n$1canaryService: canary\n');
  return { ...kustomization, [rolloutFile]: rollout ?? '', 'overlay/services.yaml': services.join('---\n') };
}

async function syncedAt({ world }: Place, app: string, revision: string): Promise<void> {
  await until(`${app} to be Synced at ${revision}`, async () => {
    const status = field(await world.api.get(applicationPath(app)), 'status');
    const sync = field(status, 'sync');
    return textAt(sync, 'status') === 'Synced' && textAt(sync, 'revision') === revision ? true : not(status);
  });
}

/** An app whose canary has two Services: synced, good, and raised twice by a canary that passes. */
export async function raiseTwice(place: Place, app: string): Promise<Staged> {
  const { world, stage } = place;
  const staged = await stage.canary(app, '1.0.0');
  await syncedAt(place, app, await staged.repository.commit('Split traffic', await withServices(staged.repository, app)));
  // The registry tells no times: the service has to remember when it first saw a tag.
  await world.api.patch(applicationPath(app), { metadata: { annotations: { 'windlass.dev/web.min-age': '10ms' } } });
  for (const tag of ['1.1.0', '1.2.0']) {
    await world.push(`team/${app}`, tag);
    await stage.writes(staged.repository, tag);
    await stage.promoted(app, tag);
  }
  return staged;
}

/** A tag whose canary fails: written, taken back, held. Answers the commit that took it back. */
export async function lower({ world, stage }: Place, { app, repository }: Staged): Promise<LoggedCommit> {
  stage.measure(app, 0.3);
  await world.push(`team/${app}`, '1.3.0');
  const raise = await stage.writes(repository, '1.3.0');
  const lowering = await stage.writes(repository, '1.2.0', raise);
  await stage.promoted(app, '1.2.0');
  await until('the hold', async () => ((await repository.file(holdsFile))?.includes('1.3.0') === true ? true : undefined));
  return lowering;
}

/** `kubectl argo rollouts restart`: every pod is evicted and made anew. */
export async function restart({ world }: Place, app: string): Promise<void> {
  const before = new Set((await world.api.list(podsPath(app))).map((pod) => textAt(pod, 'metadata.uid')));
  // Pods of this very second are younger than no moment of it.
  const moment = new Date(Date.now() + 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  await world.api.patch(rolloutPath(app), { spec: { restartAt: moment } });
  await until('five new pods', async () => {
    const rollout = await world.api.get(rolloutPath(app));
    const pods = await world.api.list(podsPath(app));
    const fresh = pods.filter((pod) => !before.has(textAt(pod, 'metadata.uid')));
    const done = textAt(rollout, 'status.restartedAt') === moment && textAt(rollout, 'status.phase') === 'Healthy';
    return done && fresh.length === 5 && pods.length === 5 ? true : not(rollout?.['status']);
  });
}

/** An Application of a directory of manifests, with no image to watch. */
export function holding(app: string, repoUrl: string): object {
  const annotations = { 'image-list': undefined };
  return application({ name: app, repoUrl, image: 'none', namespace: app, annotations, spec: workloadSource(repoUrl) });
}

/** An Application that holds one of every kind: made, changed, and then told to be pruned. */
export async function holdEverything(place: Place, app: string): Promise<void> {
  const { world } = place;
  const repository = await world.repository(app, workloadFiles('1'));
  await world.apply(holding(app, repository.url));
  await syncedAt(place, app, await repository.head());
  await syncedAt(place, app, await repository.commit('Change all', workloadFiles('2')));
  await repository.commit('Keep one', withoutWorkloads);
}

/** Deletes an Application with the finalizer that takes its objects along, and waits until it is gone. */
export async function deleteAlong({ world }: Place, app: string): Promise<void> {
  const path = applicationPath(app);
  await world.api.patch(path, { metadata: { finalizers: ['resources-finalizer.argocd.argoproj.io'] } });
  await world.api.remove(path);
  await until(`${app} to be gone`, async () => {
    const left = await world.api.get(path);
    return left === undefined ? true : not(left['status']);
  });
}
