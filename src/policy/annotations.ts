import type { Problem } from '../kernel/problem.ts';
import type { ObjectRef } from '../kernel/refs.ts';
import type { Compat } from './annotations/annotation.ts';
import { readImageList } from './annotations/image-list.ts';
import { readWatch } from './annotations/image-options.ts';
import { readYes } from './annotations/own-options.ts';
import { applicationOptionOf, settingsOf } from './annotations/settings.ts';
import { unknownKeys, unlistedAliases } from './annotations/unknown-keys.ts';
import { readWriteBack, type WriteBackSettings } from './annotations/write-back.ts';
import type { Watch } from './choice.ts';

export type { WriteBackSettings } from './annotations/write-back.ts';

/**
 * What an Application's annotations ask for. `warnings` are what Image Updater tolerates; `problems` are all that it cannot, and all that
 * is wrong with keys of ours.
 */
export type Wishes =
  | { readonly kind: 'unmanaged' }
  | {
      readonly kind: 'watched';
      readonly watches: readonly Watch[];
      readonly writeBack: WriteBackSettings;
      /** `windlass.dev/paused`: no raise until it is gone. */
      readonly paused: boolean;
      readonly warnings: readonly Problem[];
      /** What keeps single images from being raised (a constraint that is none); their own decisions say it, too. */
      readonly blocked: readonly Problem[];
    }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/**
 * Reads the annotations of an Application, in the dialect of Image Updater v0.18 (or v1.3, with `compat`), under
 * `argocd-image-updater.argoproj.io/` and `windlass.dev/` (which wins where both are set). Without `image-list` the Application is not
 * managed.
 */
export function readWatches(application: ObjectRef, annotations: Readonly<Record<string, string>>, compat: Compat = 'v0'): Wishes {
  const settings = settingsOf(annotations);
  const list = applicationOptionOf(settings, 'image-list');
  if (list === undefined) return { kind: 'unmanaged' };
  const images = readImageList(list, compat);
  const { writeBack, problems } = readWriteBack(settings, application.namespace, compat);
  const paused = readYes(applicationOptionOf(settings, 'paused'));
  const frame = { application, settings, list, compat };
  const watched = images.listed.map((listed) => readWatch(frame, listed));
  // Which alias an entry that cannot be read was to have, nobody knows: what is wrong with keys of others is told all the same.
  const unsure = images.problems.length === 0 ? [] : unlistedAliases(settings, images.listed);
  const guessed = unsure.map((listed) => readWatch(frame, listed));
  const all = [...images.problems, ...[...watched, ...guessed].flatMap((one) => one.problems ?? []), ...problems];
  const blocked = eachOnce(watched.flatMap((one) => one.blocked ?? []));
  const warnings = eachOnce([
    ...images.warnings,
    ...[...watched, ...guessed].flatMap((one) => one.warnings),
    ...paused.warnings,
    ...unknownKeys(settings, images.listed, unsure),
  ]);
  if (all.length > 0) return { kind: 'refused', problems: eachOnce([...all, ...blocked]), warnings };
  return {
    kind: 'watched',
    watches: watched.map(({ value }) => value),
    writeBack,
    paused: paused.value,
    warnings,
    blocked,
  };
}

/** A setting of the whole Application is read once per image; its warning is said once. */
function eachOnce(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.at} ${problem.got} ${problem.expected}`, problem])).values()];
}
