import { objectsWithoutEffect, optionsWithoutEffect } from '../../sync/without-effect.ts';
import type { Condition } from '../board.ts';
import type { AppView } from '../world.ts';
import type { Desired } from './desired.ts';

/**
 * What is read and has no effect, all at once: one condition for the Application's own text, which stays while Git cannot be read, and
 * one for the objects that Git holds.
 */
export function withoutEffect({ resource }: AppView, desired: Desired): readonly Condition[] {
  const objects = desired.kind === 'desired' ? objectsWithoutEffect(desired.targets) : [];
  return [optionsWithoutEffect(resource.view), objects]
    .filter((sentences) => sentences.length > 0)
    .map((sentences) => ({ type: 'SyncOptionNotSupported', message: `without effect: ${sentences.join('; ')}` }));
}
