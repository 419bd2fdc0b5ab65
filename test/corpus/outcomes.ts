import { planRun } from '../../src/analysis/plan.ts';
import { composeRun } from '../../src/analysis/compose.ts';
import { Failure } from '../../src/kernel/failure.ts';
import { describeProblems } from '../../src/kernel/problem.ts';
import type { Problem } from '../../src/kernel/problem.ts';
import { createMetrics } from '../../src/metrics/create-metrics.ts';
import { notSupported } from '../../src/metrics/providers.ts';
import type { ClusterPort } from '../../src/reconcile/ports.ts';
import type { SyncContext } from '../../src/reconcile/sync/context.ts';
import { desire } from '../../src/reconcile/sync/desired.ts';
import { withoutEffect } from '../../src/reconcile/sync/without-effect.ts';
import { subscribe } from '../../src/reconcile/update/subscribe.ts';
import { readApplication } from '../../src/reconcile/world.ts';
import { AnalysisRun, AnalysisTemplate } from '../../src/resources/analysis.ts';
import type { Metric } from '../../src/resources/analysis.ts';
import type { ApplicationSource } from '../../src/resources/application.ts';
import { groupOf, readResource } from '../../src/resources/meta.ts';
import type { KubeObject, Read, Resource } from '../../src/resources/meta.ts';
import { Rollout } from '../../src/resources/rollout.ts';
import { survey } from '../../src/rollout/situation.ts';
import { problemsOf } from '../../src/rollout/validate.ts';
import { targetsOf } from '../../src/sync/targets.ts';
import { routerNames } from '../../src/traffic/routers.ts';
import { absence, defaultNamespace } from './apply-twice.ts';
import type { Grounds } from './grounds.ts';
import type { Manifest } from './manifests.ts';

type Judging = { readonly manifest: Manifest; readonly beside: readonly Manifest[]; readonly grounds: Grounds };
type Judge = (object: KubeObject, judging: Judging) => string | Promise<string>;

const judges: Readonly<Record<string, Judge>> = {
  Application: judgeApplication,
  Rollout: judgeRollout,
  AnalysisTemplate: judgeTemplate,
  ClusterAnalysisTemplate: judgeTemplate,
  AnalysisRun: judgeRun,
  Experiment: () => 'stored; nothing here runs experiments',
};

/** What the product says of a document, in the words of the README: from its own readers, validators and renderer. */
export async function outcomeOf(judging: Judging): Promise<string> {
  const { manifest, grounds } = judging;
  const { kind, apiVersion, metadata } = manifest.object;
  if (manifest.partOf !== undefined) return judgePart(judging, manifest.partOf);
  const group = groupOf(apiVersion);
  const namespaced = await grounds.cluster.isNamespaced({ group, kind });
  if (namespaced === undefined) return `not installed here: \`${absence(manifest.object)}\``;
  const object = { ...manifest.object, metadata: { namespace: defaultNamespace, ...metadata } };
  const judge = group === 'argoproj.io' ? judges[kind] : undefined;
  return judge === undefined ? judgeTarget(object, namespaced) : judge(object, judging);
}

function refused(problems: readonly Problem[]): string {
  return `refused: \`${describeProblems(problems)}\``;
}

/** A kustomization builds; a patch is what it reads. */
async function judgePart({ manifest: { object }, grounds }: Judging, path: string): Promise<string> {
  if (object.kind !== 'Kustomization') return `part of \`${path}\``;
  const { context, repoUrl: repoURL, head: revision } = grounds;
  const request = { repo: { url: repoURL }, revision, source: { repoURL, path }, application: { name: 'a', namespace: 'argocd' } };
  const rendering = await context.ports.render.render(request, AbortSignal.timeout(60_000));
  return rendering.kind === 'refused' ? `refused: \`${rendering.because}\`` : 'runs';
}

/** Any other object is what a sync applies. */
function judgeTarget(object: KubeObject, namespaced: boolean): string {
  const at = { name: 'a', namespace: 'argocd', destinationNamespace: 'corpus' };
  const { problems } = targetsOf([object], at, () => namespaced);
  return problems.length > 0 ? refused(problems) : 'runs';
}

async function judgeApplication(written: KubeObject, { grounds }: Judging): Promise<string> {
  const raw = onGrounds(written, grounds);
  const cluster = { name: 'corpus', get: () => raw } as unknown as ClusterPort;
  const { claims } = grounds.context.settings;
  const app = readApplication(cluster, claims, { namespace: raw.metadata.namespace ?? '', name: raw.metadata.name });
  if (app === undefined) return 'left alone';
  if ('problems' in app) return refused(app.problems);
  const signal = AbortSignal.timeout(60_000);
  const context = grounds.context as SyncContext;
  const desired = await desire(context, app, false, signal);
  const subscribed = await subscribe(context, app, signal);
  const conditions = [
    ...(desired.kind === 'unknown' ? [desired.condition] : desired.conditions),
    ...withoutEffect(app, desired),
    ...(subscribed.kind === 'refused' ? subscribed.conditions : subscribed.kind === 'subscribed' ? subscribed.subscription.warnings : []),
  ];
  const address = specOf(written).source?.repoURL ?? '';
  const said = conditions.map(({ type, message }) => `condition \`${type}\`: \`${message.replaceAll(grounds.repoUrl, address)}\``);
  return [desired.kind === 'unknown' ? 'read' : 'runs', ...said].join('; ');
}

type Sources = { readonly source?: ApplicationSource; readonly sources?: readonly ApplicationSource[] };

function specOf(object: KubeObject): Sources {
  return (object as unknown as { readonly spec: Sources }).spec;
}

/** The Application with every Git address and commit replaced by those of the grounds. */
function onGrounds(object: KubeObject, { repoUrl, head }: Grounds): KubeObject {
  const { source, sources } = specOf(object);
  const moved = (one: ApplicationSource): ApplicationSource => ({
    ...one,
    repoURL: one.repoURL.startsWith('https://') ? repoUrl : one.repoURL,
    ...(/^[0-9a-f]{40}$/.test(one.targetRevision ?? '') ? { targetRevision: head } : {}),
  });
  const single = source === undefined ? {} : { source: moved(source) };
  return { ...object, spec: { ...specOf(object), ...single, ...(sources === undefined ? {} : { sources: sources.map(moved) }) } };
}

function judgeRollout(object: KubeObject, { manifest, beside }: Judging): string {
  const read = readResource(Rollout, object);
  if (read.kind === 'malformed') return refused(read.problems);
  const { canaryService, stableService } = read.resource.view.spec.strategy?.canary ?? {};
  const among = beside.filter(({ file }) => file === manifest.file);
  const services = [canaryService, stableService].flatMap((name): (readonly [string, KubeObject])[] =>
    name === undefined ? [] : [[name, among.find((other) => other.title === `Service \`${name}\``)?.object ?? serviceOf(name)]],
  );
  const observed = {
    cluster: 'corpus',
    rollout: read.resource,
    replicaSets: [],
    pods: [],
    runs: [],
    templates: templatesIn(among),
    services: Object.fromEntries(services),
    routers: routerNames,
    providers: notSupported,
  };
  const problems = problemsOf(survey(observed, 0));
  return problems.length > 0 ? refused(problems) : 'runs';
}

/** A Service that the document leaves to others. */
function serviceOf(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name } } };
}

/** The templates of a file as a Rollout finds them: by name, cluster-wide ones as `cluster/NAME`. */
function templatesIn(manifests: readonly Manifest[]): Readonly<Record<string, Resource<AnalysisTemplate>>> {
  const named = manifests.flatMap(({ object }): (readonly [string, Resource<AnalysisTemplate>])[] => {
    const read = object.kind.endsWith('AnalysisTemplate') ? readResource(AnalysisTemplate, object) : undefined;
    const prefix = object.kind === 'ClusterAnalysisTemplate' ? 'cluster/' : '';
    return read?.kind === 'read' ? [[`${prefix}${object.metadata.name}`, read.resource]] : [];
  });
  return Object.fromEntries(named);
}

/** A template as a background analysis that gives 1 to every argument without a value. */
function judgeTemplate(object: KubeObject, { manifest, beside }: Judging): string | Promise<string> {
  const read: Read<AnalysisTemplate> = readResource(AnalysisTemplate, object);
  if (read.kind === 'malformed') return refused(read.problems);
  const all = templatesIn(beside.filter(({ file }) => file === manifest.file));
  const args = Object.values(all).flatMap(({ view }) => view.spec.args ?? []);
  const given = args
    .filter(({ value, valueFrom }) => value === undefined && valueFrom === undefined)
    .map(({ name }) => ({ name, value: '1' }));
  const composed = composeRun({ templates: [read.resource], all, args: given, background: true, providers: notSupported });
  return composed.kind === 'refused' ? refused(composed.problems) : judgeRunSpec({ spec: composed.spec });
}

function judgeRun(object: KubeObject): string | Promise<string> {
  const read = readResource(AnalysisRun, object);
  return read.kind === 'malformed' ? refused(read.problems) : judgeRunSpec(read.resource.view);
}

async function judgeRunSpec(run: Pick<AnalysisRun, 'spec'>): Promise<string> {
  const plan = planRun(run);
  if (plan.kind === 'refused') return `refused: \`${plan.because}\``;
  const errors = (await Promise.all(plan.metrics.map(whyUnsupported))).filter((error) => error !== undefined);
  return errors.length === 0 ? 'runs' : `read; each measurement is an Error: \`${errors.join('; ')}\``;
}

/** The sentence of a metric that cannot be measured, whoever answers: nobody is asked. */
async function whyUnsupported(metric: Metric): Promise<string | undefined> {
  const metrics = createMetrics();
  const thrown: unknown = await metrics.measure(metric, AbortSignal.abort()).then(
    () => undefined,
    (failed: unknown) => failed,
  );
  await metrics.close();
  return thrown instanceof Failure && thrown.code === 'unsupported' ? thrown.message : undefined;
}
