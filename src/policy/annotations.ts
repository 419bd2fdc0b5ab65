import type { Problem } from '../kernel/problem.ts';
import type { ObjectRef } from '../kernel/refs.ts';
import { type ListedImage, readImageList } from './annotations/image-list.ts';
import { readAllow, readForceUpdate, readIgnore, readPaused, readPlatforms, readPullSecret, readStrategy } from './annotations/options.ts';
import { optionOf, ownOptionOf, type Settings, settingsOf } from './annotations/settings.ts';
import { unknownKeys } from './annotations/unknown-keys.ts';
import { readWriteBack, type WriteBackSettings } from './annotations/write-back.ts';
import type { Watch } from './choice.ts';

export type { WriteBackSettings } from './annotations/write-back.ts';

/** What an Application's annotations ask for. `warnings` are what Image Updater v0.18 tolerates; `problems` are all that it cannot. */
export type Wishes =
  | { readonly kind: 'unmanaged' }
  | {
      readonly kind: 'watched';
      readonly watches: readonly Watch[];
      readonly writeBack: WriteBackSettings;
      /** `windlass.dev/paused`: no raise until it is gone. */
      readonly paused: boolean;
      readonly warnings: readonly Problem[];
    }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/**
 * Reads the annotations of an Application, in the dialect of Image Updater v0.18, under `argocd-image-updater.argoproj.io/` and
 * `windlass.dev/` (which wins where both are set). Without `image-list` the Application is not managed.
 */
export function readWatches(application: ObjectRef, annotations: Readonly<Record<string, string>>): Wishes {
  const settings = settingsOf(annotations);
  const list = settings.get('image-list');
  if (list === undefined) return { kind: 'unmanaged' };
  const images = readImageList(list);
  const { writeBack, problems } = readWriteBack(settings);
  if (images.problems.length + problems.length > 0) return { kind: 'refused', problems: [...images.problems, ...problems] };
  const paused = readPaused(settings.get('paused'));
  const watched = images.listed.map((listed) => readWatch(application, settings, listed));
  const warnings = [
    ...images.warnings,
    ...watched.flatMap((one) => one.warnings),
    ...paused.warnings,
    ...unknownKeys(settings, images.listed),
  ];
  return { kind: 'watched', watches: watched.map(({ watch }) => watch), writeBack, paused: paused.value, warnings: eachOnce(warnings) };
}

function readWatch(
  application: ObjectRef,
  settings: Settings,
  listed: ListedImage,
): { readonly watch: Watch; readonly warnings: readonly Problem[] } {
  const { alias } = listed;
  const strategy = readStrategy(optionOf(settings, alias, 'update-strategy'));
  const allow = readAllow(allowSetting(settings, alias));
  const forceUpdate = readForceUpdate(optionOf(settings, alias, 'force-update'));
  const pullSecret = readPullSecret(optionOf(settings, alias, 'pull-secret'));
  const platforms = readPlatforms(ownOptionOf(settings, alias, 'platforms'));
  const kustomizeName = ownOptionOf(settings, alias, 'kustomize.image-name')?.value.trim() ?? '';
  const watch = {
    application,
    ...listed,
    strategy: strategy.value,
    allow: allow.value,
    ignore: readIgnore(optionOf(settings, alias, 'ignore-tags')),
    forceUpdate: forceUpdate.value,
    ...(pullSecret.value === undefined ? {} : { pullSecret: pullSecret.value }),
    ...(platforms.value === undefined ? {} : { platforms: platforms.value }),
    ...(kustomizeName === '' ? {} : { kustomizeName }),
    ...helmOf(settings, alias),
  };
  return { watch, warnings: [strategy, allow, forceUpdate, pullSecret, platforms].flatMap((read) => read.warnings) };
}

/** `tag-match` is the older name of an image's `allow-tags` and counts where that says nothing. */
function allowSetting(settings: Settings, alias: string | undefined) {
  const allow = optionOf(settings, alias, 'allow-tags');
  return allow === undefined || allow.value === '' ? ownOptionOf(settings, alias, 'tag-match') : allow;
}

function helmOf(settings: Settings, alias: string | undefined): Pick<Watch, 'helm'> {
  const [imageName, imageTag, imageSpec] = ['name', 'tag', 'spec'].map((part) => ownOptionOf(settings, alias, `helm.image-${part}`)?.value);
  const helm = { ...(imageName ? { imageName } : {}), ...(imageTag ? { imageTag } : {}), ...(imageSpec ? { imageSpec } : {}) };
  return Object.keys(helm).length === 0 ? {} : { helm };
}

/** A setting of the whole Application is read once per image; its warning is said once. */
function eachOnce(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.at} ${problem.got}`, problem])).values()];
}
