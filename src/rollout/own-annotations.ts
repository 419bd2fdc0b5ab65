import { parseGoDuration } from '../kernel/duration.ts';
import type { Problem } from '../kernel/problem.ts';

/** Opt-in of a Rollout (docs/decisions/0008): what follows when its analysis could not measure, and after what time it is tried again. */
export const onErrorAnnotation = 'windlass.dev/on-error';
export const retryAfterAnnotation = 'windlass.dev/on-error-retry-after';

const annotations = {
  [onErrorAnnotation]: {
    reads: (value: string): boolean => value === 'retry' || value === 'hold',
    expected: 'retry or hold; nothing is done until then',
  },
  [retryAfterAnnotation]: {
    reads: (value: string): boolean => (parseGoDuration(value) ?? -1) >= 0,
    expected: 'a duration such as 30s; 30s is used',
  },
};

/** What of a Rollout's own annotations cannot be read, and what holds instead. `at` names the Rollout. */
export function annotationProblems(at: string, written: Readonly<Record<string, string>>): readonly Problem[] {
  return Object.entries(annotations).flatMap(([key, { reads, expected }]) => {
    const value = Object.hasOwn(written, key) ? written[key] : undefined;
    return value === undefined || reads(value) ? [] : [{ at: `${at}: ${key}`, got: JSON.stringify(value), expected }];
  });
}
