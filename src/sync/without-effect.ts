import { isBody } from '../kernel/json.ts';
import { oneLine } from '../kernel/escape.ts';
import { describeRef } from '../kernel/refs.ts';
import type { Application } from '../resources/application.ts';
import type { KubeObject } from '../resources/meta.ts';
import { groupOf, refOf } from '../resources/meta.ts';
import { annotationList, syncOptionsAnnotation } from './annotations.ts';

/** Options that are carried out, and those that say what holds anyway: everything is applied server-side, and only what differs. */
const onObjects = [
  ...['Prune=true', 'Prune=false', 'Prune=confirm', 'Delete=true', 'Delete=false', 'Delete=confirm'],
  ...['SkipDryRunOnMissingResource=true', 'SkipDryRunOnMissingResource=false', 'ServerSideApply=true'],
  ...['Validate=true', 'Validate=false', 'Replace=false', 'Force=false', 'PruneLast=false'],
];
const onApplications = [
  ...onObjects,
  ...['CreateNamespace=true', 'CreateNamespace=false', 'PruneLast=true'],
  ...['PrunePropagationPolicy=foreground', 'PrunePropagationPolicy=background', 'PrunePropagationPolicy=orphan'],
  ...['ApplyOutOfSyncOnly=true', 'ApplyOutOfSyncOnly=false', 'RespectIgnoreDifferences=true', 'RespectIgnoreDifferences=false'],
  ...['FailOnSharedResource=false', 'ClientSideApplyMigration=true'],
];

/** Options of Argo CD v3.5 that are not carried out; every other text is no option there either. */
const notYet = ['Replace=true', 'Force=true', 'ServerSideApply=false', 'FailOnSharedResource=true', 'ClientSideApplyMigration=false'];

const shownObjects = 5;

/** What of an Application's own text has no effect, each with its place and the reason; sorted as it is written, empty where all has. */
export function optionsWithoutEffect(application: Application): readonly string[] {
  return [...inSpec(application.spec), ...inOperation(application.operation ?? application.status?.operationState?.operation)];
}

function inSpec(spec: Application['spec']): readonly string[] {
  const policy = spec.syncPolicy ?? {};
  return [
    ...unread('spec.syncPolicy.syncOptions: ', policy.syncOptions ?? [], onApplications),
    ...retryLimit(policy.retry?.limit),
    ...ignoredOtherwise(spec['ignoreDifferences']),
  ];
}

/** Of the operation that somebody asks for, or that was the last. */
function inOperation(operation: Application['operation']): readonly string[] {
  const { syncOptions, syncStrategy } = operation?.sync ?? {};
  return [...unread('operation.sync.syncOptions: ', textsIn(syncOptions), onApplications), ...forced(syncStrategy)];
}

/** The same of objects that Git holds: their sync options, and fields of Argo Rollouts' kinds; five are named, the others counted. */
export function objectsWithoutEffect(targets: readonly KubeObject[]): readonly string[] {
  const told = targets.flatMap((target) => {
    const found = [...unread('', annotationList(target, syncOptionsAnnotation) ?? [], [...onObjects, '']), ...fieldsOf(target)];
    return found.length === 0 ? [] : [`${describeRef(refOf(target, ''))}: ${found.join(', ')}`];
  });
  const more = told.length - shownObjects;
  return more > 0 ? [...told.slice(0, shownObjects), `and ${more} more objects`] : told;
}

function unread(at: string, options: readonly string[], read: readonly string[]): readonly string[] {
  const told = options
    .filter((option) => !read.includes(option))
    .map((option) => `${oneLine(option)} ${notYet.includes(option) ? 'is not supported yet' : 'is no sync option'}`);
  return told.length === 0 ? [] : [`${at}${told.join(', ')}`];
}

/** A limit below 0 means none, as here. */
function retryLimit(limit: number | undefined): readonly string[] {
  if (limit === undefined || limit < 0) return [];
  return [`spec.syncPolicy.retry.limit: ${limit} is not counted, a failed commit is tried again until it succeeds or another one comes`];
}

function ignoredOtherwise(rules: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(rules) ? rules : [];
  return list.flatMap((rule, index) =>
    ['jqPathExpressions', 'managedFieldsManagers']
      .filter((field) => isBody(rule) && Array.isArray(rule[field]) && rule[field].length > 0)
      .map((field) => `spec.ignoreDifferences[${index}].${field} is not supported yet, only jsonPointers are`),
  );
}

function forced(strategy: unknown): readonly string[] {
  const ways = isBody(strategy) ? Object.entries(strategy) : [];
  return ways
    .filter(([, way]) => isBody(way) && way['force'] === true)
    .map(([name]) => `operation.sync.syncStrategy.${oneLine(name)}.force is not supported yet`);
}

function fieldsOf(target: KubeObject): readonly string[] {
  if (groupOf(target.apiVersion) !== 'argoproj.io' || !isBody(target['spec'])) return [];
  const { rollbackWindow, ttlStrategy } = target['spec'];
  if (target.kind === 'Rollout' && isBody(rollbackWindow))
    return ['spec.rollbackWindow is not supported yet, the way back takes every step'];
  return target.kind === 'AnalysisRun' && isBody(ttlStrategy) ? ['spec.ttlStrategy is not supported yet, the run stays'] : [];
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
