import { applicationPath, field, podsPath, rolloutPath, runsPath, textAt } from './api.ts';
import { application, canaryFiles, errorRatio, plainFiles } from './manifests.ts';
import type { CanaryOptions } from './manifests.ts';
import type { LoggedCommit, Repository } from './repository.ts';
import { not, until } from './until.ts';
import type { World, WorldCluster } from './world.ts';

/** Names of everything that belongs to an app: repository, namespace, Application, workload and image end with the app's own. */
export type Staged = { readonly app: string; readonly repository: Repository; readonly image: string };

type Annotations = Readonly<Record<string, string | undefined>>;

/** What the scenarios do and wait for, in the words of a user. */
export type Stage = {
  /** An app with a plain Deployment that runs the tag; `more` are other manifests, by file name. */
  plain(app: string, tag: string, annotations?: Annotations, more?: Readonly<Record<string, string>>): Promise<Staged>;
  /** An app whose Rollout runs the tag, proven: Synced, Healthy, and the metric good. */
  canary(app: string, tag: string, options?: CanaryOptions): Promise<Staged>;
  measure(app: string, answer: number | { readonly status: number }): void;
  /** Until the bot has written the tag, later than `after` where that is given; the commit that did, however soon another followed. */
  writes(repository: Repository, tag: string, after?: LoggedCommit): Promise<LoggedCommit>;
  /** Until every pod of the Rollout runs the tag and it is promoted. */
  promoted(app: string, tag: string): Promise<void>;
  /** Until the Application has the condition; where `says` is given, until the condition says so. Answers its message. */
  condition(app: string, type: string, says?: RegExp): Promise<string>;
  noConditions(app: string): Promise<void>;
  /** Until the newest run of the app is kept for its verdict to be settled. */
  kept(app: string): Promise<void>;
  event(app: string, reason: string): Promise<string>;
  /** Until the bot has looked at the Application's images for the first time. */
  decided(app: string): Promise<void>;
  /** Until the bot has decided twice more about the Application's images. */
  twoMoreDecisions(app: string): Promise<void>;
};

export function createStage(world: World<WorldCluster>): Stage {
  const { api, service } = world;
  const begin = async (app: string, tag: string, files: (image: string) => Readonly<Record<string, string>>) => {
    const image = world.image(`team/${app}`);
    await world.push(`team/${app}`, tag);
    return { app, image, repository: await world.repository(app, files(image)) };
  };
  const promoted: Stage['promoted'] = (app, tag) =>
    until(`all pods of ${app} to run ${tag}`, async () => {
      const rollout = await api.get(rolloutPath(app));
      const images = (await api.list(podsPath(app))).map((pod) => textAt(pod, 'spec.containers.0.image'));
      const wanted = textAt(rollout, 'spec.template.spec.containers.0.image');
      const stable = textAt(rollout, 'status.stableRS') === textAt(rollout, 'status.currentPodHash');
      const done = stable && field(rollout, 'status.phase') === 'Healthy' && images.length === 5;
      return done && [wanted, ...images].every((image) => image.endsWith(`:${tag}`)) ? true : not({ images, status: rollout?.['status'] });
    }).then(() => undefined);
  return {
    promoted,
    async plain(app, tag, annotations = {}, more = {}) {
      const staged = await begin(app, tag, (image) => plainFiles({ app, image, namespace: app, tag }, more));
      await world.apply(application({ name: app, repoUrl: staged.repository.url, image: staged.image, namespace: app, annotations }));
      return staged;
    },
    async canary(app, tag, options = {}) {
      world.prometheus.set(errorRatio(app), 0.01);
      const { url } = world.prometheus;
      const staged = await begin(app, tag, (image) => canaryFiles({ app, image, namespace: app, tag }, url, options));
      await world.apply(application({ name: app, repoUrl: staged.repository.url, image: staged.image, namespace: app }));
      await promoted(app, tag);
      const head = await staged.repository.head();
      await until(`${app} to be Healthy`, async () => {
        const status = field(await api.get(applicationPath(app)), 'status');
        return textAt(status, 'windlass.healthyRevision') === head ? true : not(status);
      });
      return staged;
    },
    measure: (app, answer) => world.prometheus.set(errorRatio(app), answer),
    writes: (repository, tag, after) =>
      until(`a commit that writes ${tag}`, async () => {
        const log = await repository.log();
        const later =
          after === undefined
            ? log
            : log.slice(
                0,
                log.findIndex(({ sha }) => sha === after.sha),
              );
        return later.find((commit) => commit.trailer('Windlass-Image')?.endsWith(`:${tag}`)) ?? not(log);
      }),
    condition: (app, type, says = /^/) =>
      until(`condition ${type} of ${app} that says ${String(says)}`, async () => {
        const conditions = await api.conditions(app);
        return conditions.find((one) => one.type === type && says.test(one.message))?.message ?? not(conditions);
      }),
    noConditions: (app) =>
      until(`${app} to have no condition`, async () => {
        const conditions = await api.conditions(app);
        return conditions.length === 0 ? true : not(conditions);
      }).then(() => undefined),
    kept: (app) =>
      until(`the run of ${app} to be kept`, async () => {
        const run = (await api.list(runsPath(app))).at(-1);
        return JSON.stringify(field(run, 'metadata.finalizers')) === '["windlass.dev/unsettled"]' ? true : not(run);
      }).then(() => undefined),
    event: (app, reason) =>
      until(`Event ${reason} about ${app}`, async () => {
        const events = await api.events('argocd', app);
        return events.find((one) => one.reason === reason)?.message ?? not(events);
      }),
    decided: (app) => until(`a decision about ${app}`, () => service.decided(app) > 0 || undefined).then(() => undefined),
    async twoMoreDecisions(app) {
      const before = service.decided(app);
      await until(`two more decisions about ${app}`, () => service.decided(app) >= before + 2 || not(service.decided(app)));
    },
  };
}
