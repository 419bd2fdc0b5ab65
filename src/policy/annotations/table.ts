import type { Annotation, Level } from './annotation.ts';
import { imageUpdaterKeys } from './image-updater-keys.ts';
import { ownKeys } from './own-keys.ts';

/** Every annotation by its key, without prefix and alias. */
export const annotations = { ...imageUpdaterKeys, ...ownKeys } satisfies Record<string, Annotation>;

export type Option = keyof typeof annotations;

/** Keys whose preset is read as if somebody had written it. */
export type PresetOption = { [Key in Option]: (typeof annotations)[Key] extends { readonly preset: string } ? Key : never }[Option];

/** The row of a key; its level decides where it is looked for. */
export function annotationOf(option: Option): Annotation {
  return annotations[option];
}

/** All keys that may stand at a level, in the order of the table. */
export function keysAt(level: Level): readonly string[] {
  return Object.entries<Annotation>(annotations).flatMap(([key, { levels }]) => (levels.includes(level) ? [key] : []));
}
