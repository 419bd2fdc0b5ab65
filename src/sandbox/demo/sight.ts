import { field, waitFor } from './observe.ts';
import type { Stage } from './stage.ts';

export type Seen = { readonly at: number; readonly because: string; readonly ready?: number };
export type SeenCommit = {
  readonly at: number;
  readonly sha: string;
  readonly author: string;
  readonly reason: string;
  readonly verdict: string;
};

type Fields = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const whole = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** What the story looks for, in terms of its cast. Times are `performance.now()` of the moment it was seen. */
export async function createSight(stage: Stage) {
  const { cast, observer, narrator } = stage;
  const overlay = `apps/${cast.app}/overlays/prod/kustomization.yaml`;
  const rolloutPath = `/apis/argoproj.io/v1alpha1/namespaces/${cast.namespace}/rollouts/${cast.app}`;
  const runsPath = `/apis/argoproj.io/v1alpha1/namespaces/${cast.namespace}/analysisruns`;
  const knownRuns = new Set<string>();
  const image = `${stage.addresses.registryHost}/${cast.repository}`;

  const rollout = () => observer.object(rolloutPath);
  const imageOf = (object: unknown): string => text(field(object, 'spec.template.spec.containers.0.image'));
  const readyPods = async () => {
    const pods = await observer.list(`/api/v1/namespaces/${cast.namespace}/pods`);
    return pods.filter((pod) => {
      const conditions = field(pod, 'status.conditions');
      return (
        Array.isArray(conditions) &&
        conditions.some((condition) => field(condition, 'type') === 'Ready' && field(condition, 'status') === 'True')
      );
    });
  };
  const readyOf = async (tag: string) =>
    (await readyPods()).filter((pod) => text(field(pod, 'spec.containers.0.image')) === `${image}:${tag}`).length;
  const tagInGit = async () => /newTag: ["']?([^"'\s#]+)/.exec((await observer.file(overlay)) ?? '')?.[1];
  const trailerOf = (body: string, key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(body)?.[1] ?? '';

  const commits = async () => {
    const head = await observer.head();
    await observer.file(overlay);
    return { head, count: Number((await observer.git('rev-list', '--count', '--first-parent', 'main')).trim()) };
  };

  return {
    commits,
    tags: () => observer.tags(),
    holds: async () => (await observer.file('.windlass/holds.yaml')) ?? '',

    /** The tag is the Rollout's, all five pods run it, Rollout Healthy, Application Synced and Healthy. */
    promoted: (tag: string, what: string) =>
      waitFor<Seen>(narrator, what, async () => {
        const object = await rollout();
        const healthy = field(object, 'status.phase') === 'Healthy' && imageOf(object) === `${image}:${tag}`;
        if (!healthy || field(object, 'status.stableRS') !== field(object, 'status.currentPodHash')) return undefined;
        const app = await observer.object(`/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${cast.app}`);
        const settled = field(app, 'status.sync.status') === 'Synced' && field(app, 'status.health.status') === 'Healthy';
        const ready = await readyOf(tag);
        if (!settled || ready !== 5) return undefined;
        return { at: performance.now(), ready, because: text(field(app, 'status.operationState.message')) || 'Rollout Healthy' };
      }),

    /** The newest commit on main writes the tag: who, and the reason in its trailers. */
    commitThatWrites: (tag: string) =>
      waitFor<SeenCommit>(narrator, `a commit that writes ${tag}`, async () => {
        if ((await tagInGit()) !== tag) return undefined;
        const at = performance.now();
        const [sha = '', author = '', ...body] = (await observer.git('log', '-1', '--format=%H%n%an <%ae>%n%B', 'main')).split('\n');
        const whole = body.join('\n');
        return { at, sha, author, reason: trailerOf(whole, 'Windlass-Reason'), verdict: trailerOf(whole, 'Windlass-Verdict') };
      }),

    /** The file of before the commit, with the old tag replaced, is the file of now, byte by byte. */
    async changedOneScalar(base: string, from: string, to: string) {
      const old = await observer.git('show', `${base}:${overlay}`);
      const now = await observer.git('show', `main:${overlay}`);
      const names = (await observer.git('diff', '--name-only', base, 'main')).trim();
      return names === overlay && old !== now && old.replace(`"${from}"`, `"${to}"`) === now;
    },

    applied: (tag: string) =>
      waitFor<Seen>(narrator, `the cluster to ask for ${tag}`, async () => {
        if (imageOf(await rollout()) !== `${image}:${tag}`) return undefined;
        return { at: performance.now(), because: `image ${image}:${tag}` };
      }),

    /** The newest AnalysisRun ended Successful. */
    async canarySteps() {
      const seen = await waitFor<{ analysed: boolean; because: string }>(narrator, 'the analysis', async () => {
        const fresh = (await observer.list(runsPath)).filter((run) => !knownRuns.has(text(field(run, 'metadata.uid'))));
        const done = fresh.find((run) => field(run, 'status.phase') === 'Successful');
        if (done === undefined) return undefined;
        knownRuns.add(text(field(done, 'metadata.uid')));
        return { analysed: true, because: describeRun(done) };
      });
      return seen ?? { analysed: false, because: 'no AnalysisRun ended Successful' };
    },

    failedRun: () =>
      waitFor<Seen>(narrator, 'the analysis', async () => {
        const failed = (await observer.list(runsPath)).find((run) => field(run, 'status.phase') === 'Failed');
        return failed === undefined
          ? undefined
          : { at: performance.now(), because: `${text(field(failed, 'status.message'))}; ${describeRun(failed)}` };
      }),

    /** Exactly five ready pods, all of the stable version. */
    allOnStable: (tag: string) =>
      waitFor<Seen>(narrator, 'all pods to be stable', async () => {
        const [ready, all, object] = [await readyOf(tag), (await readyPods()).length, await rollout()];
        if (ready !== 5 || all !== 5) return undefined;
        return {
          at: performance.now(),
          ready,
          because: text(field(object, 'status.message')) || `Rollout ${text(field(object, 'status.phase'))}`,
        };
      }),

    twoMorePolls: async () => {
      const began = stage.listings();
      await waitFor(narrator, 'two more polls of the registry', async () => (stage.listings() >= began + 3 ? true : undefined));
    },

    explained: (tag: string) =>
      waitFor<{ verdict: string; because: string }>(
        narrator,
        `explain of ${tag}`,
        async () => {
          const verdicts = field(await stage.explain(), 'places.0.tags');
          const row: unknown = Array.isArray(verdicts) ? verdicts.find((one) => field(one, 'tag') === tag) : undefined;
          return row === undefined ? undefined : { verdict: text(field(row, 'verdict')), because: text(field(row, 'because')) };
        },
        5_000,
      ),

    async explainedPlace() {
      const place = field(await stage.explain(), 'places.0');
      return { kind: text(field(place, 'kind')), because: text(field(place, 'because')) };
    },

    canaryBegun: (tag: string) =>
      waitFor<Seen>(narrator, 'the canary to begin', async () => {
        const object = await rollout();
        if (imageOf(object) !== `${image}:${tag}` || (await readyOf(tag)) < 1) return undefined;
        return { at: performance.now(), because: `${whole(field(object, 'status.updatedReplicas'))} canary pod runs ${tag}` };
      }),

    /** Aborted for want of data: no canary pod, five ready pods. */
    waitsOnStable: () =>
      waitFor<Seen>(narrator, 'the canary to wait on stable', async () => {
        const object = await rollout();
        const ready = (await readyPods()).length;
        if (field(object, 'status.abort') !== true || ready !== 5 || whole(field(object, 'status.updatedReplicas')) !== 0) return undefined;
        return { at: performance.now(), ready, because: text(field(object, 'status.message')) };
      }),

    /** Git is where it was, and the Application says why nothing changes there. */
    unchangedHead: (sha: string) =>
      waitFor<Seen>(
        narrator,
        'the reason that the Application shows',
        async () => {
          const app = await observer.object(`/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${cast.app}`);
          const conditions = field(app, 'status.conditions');
          const told: unknown = Array.isArray(conditions) ? conditions.find((one) => field(one, 'type') === 'CanaryNotJudged') : undefined;
          if (told === undefined || (await observer.head()) !== sha) return undefined;
          return { at: performance.now(), because: text(field(told, 'message')) };
        },
        10_000,
      ),
  };
}

function describeRun(run: unknown): string {
  const results = field(run, 'status.metricResults');
  const first: unknown = Array.isArray(results) ? results[0] : undefined;
  const measurements = field(first, 'measurements');
  const values = Array.isArray(measurements) ? measurements.map((one) => text(field(one, 'value'))).join(', ') : '';
  return `${text(field(first, 'name'))} measured ${values}`;
}
