import type { ObjectRef } from '../../kernel/refs.ts';
import type { Watch } from '../choice.ts';
import type { Compat } from './annotation.ts';
import { readCredential } from './credential.ts';
import type { ListedImage } from './image-list.ts';
import { checkConstraint, checkIgnore, readAllow, readForceUpdate, readIgnore, readPlatforms, readStrategy } from './options.ts';
import { readOwnOptions } from './own-options.ts';
import { plainly, type Read, withProblem, withWarning } from './read.ts';
import { optionOf, type Setting, type Settings } from './settings.ts';

/** What belongs to every image of an Application. */
type Frame = { readonly application: ObjectRef; readonly settings: Settings; readonly list: Setting; readonly compat: Compat };

/** One image of the list with all its options; what was wrong with any of them comes beside it. */
export function readWatch(frame: Frame, listed: ListedImage): Read<Watch> {
  const { application, settings, compat } = frame;
  const { alias } = listed;
  const strategy = readStrategy(optionOf(settings, alias, 'update-strategy'));
  const allow = readAllowSetting(settings, alias, compat);
  const ignore = optionOf(settings, alias, 'ignore-tags');
  const forceUpdate = readForceUpdate(optionOf(settings, alias, 'force-update'), compat);
  const credential = readCredential(optionOf(settings, alias, 'pull-secret'), application.namespace, compat);
  const platforms = readPlatforms(optionOf(settings, alias, 'platforms'));
  const targets = readTargets(settings, alias, compat);
  const own = readOwnOptions(settings, alias);
  const watch: Watch = {
    application,
    ...listed,
    strategy: strategy.value,
    allow: allow.value,
    ignore: readIgnore(ignore),
    forceUpdate: forceUpdate.value,
    ...credential.value,
    ...(platforms.value === undefined ? {} : { platforms: platforms.value }),
    ...targets.value,
    ...own.reduce<Partial<Watch>>((parts, { value }) => ({ ...parts, ...value }), {}),
    ...(compat === 'v1' ? { compat } : {}),
  };
  const constraint = checkConstraint(watch, frame.list.at);
  return joined(watch, [strategy, allow, checkIgnore(ignore), forceUpdate, credential, platforms, targets, ...own, constraint]);
}

function joined(value: Watch, reads: readonly Read<unknown>[]): Read<Watch> {
  return {
    value,
    warnings: reads.flatMap(({ warnings }) => warnings),
    problems: reads.flatMap(({ problems = [] }) => problems),
    blocked: reads.flatMap(({ blocked = [] }) => blocked),
  };
}

/** `tag-match` is the older name of an image's `allow-tags` and counts where that says nothing; v1.3 does not know it. */
function readAllowSetting(settings: Settings, alias: string | undefined, compat: Compat): Read<Watch['allow']> {
  const allow = optionOf(settings, alias, 'allow-tags');
  const older = optionOf(settings, alias, 'tag-match');
  if (older === undefined) return readAllow(allow);
  const said = allow.value !== '' && allow.at.includes('/');
  if (compat !== 'v1') return readAllow(said ? allow : older);
  const read = readAllow(allow);
  const { warnings } = withWarning(undefined, older, 'allow-tags, its newer name; it is not read under compat v1');
  return { ...read, warnings: [...read.warnings, ...warnings] };
}

/** The Helm values and the kustomize image that receive the tag. v1.3: one alias has the one or the other. */
function readTargets(settings: Settings, alias: string | undefined, compat: Compat): Read<Pick<Watch, 'helm' | 'kustomizeName'>> {
  const kustomize = optionOf(settings, alias, 'kustomize.image-name');
  const kustomizeName = kustomize?.value.trim() ?? '';
  const helm = helmOf(settings, alias);
  const value = { ...(kustomizeName === '' ? {} : { kustomizeName }), ...(helm === undefined ? {} : { helm }) };
  if (compat !== 'v1' || kustomize === undefined || kustomizeName === '' || helm === undefined) return plainly(value);
  return withProblem(value, kustomize, 'either kustomize.image-name or helm.* for one alias');
}

function helmOf(settings: Settings, alias: string | undefined): Watch['helm'] {
  const imageName = optionOf(settings, alias, 'helm.image-name')?.value;
  const imageTag = optionOf(settings, alias, 'helm.image-tag')?.value;
  const imageSpec = optionOf(settings, alias, 'helm.image-spec')?.value;
  const helm = { ...(imageName ? { imageName } : {}), ...(imageTag ? { imageTag } : {}), ...(imageSpec ? { imageSpec } : {}) };
  return Object.keys(helm).length === 0 ? undefined : helm;
}
