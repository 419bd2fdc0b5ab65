import type { Input } from './adapter.ts';
import { annotationDeviations } from './deviations/aiu-annotations.ts';
import { imageRefDeviations } from './deviations/aiu-image-ref.ts';
import { aiuDeviations } from './deviations/aiu.ts';
import { fluxDeviations } from './deviations/flux.ts';
import { standsSettled } from './adapters/rollouts-replicas.ts';

/**
 * A case in which we answer differently on purpose: a bug that is not copied, or a refusal where the peer damages something. `covers`
 * is a claim about the input, never a list of rows; `instead` says whether our answer is the one that we mean.
 */
export type Deviation = {
  readonly set: string;
  readonly because: string;
  readonly covers: (input: Input, expected: unknown) => boolean;
  readonly instead: (answer: unknown, input: Input, expected: unknown) => boolean;
};

export const deviations: readonly Deviation[] = [
  ...aiuDeviations,
  ...annotationDeviations,
  ...imageRefDeviations,
  ...fluxDeviations,
  {
    set: 'semver-constraints',
    because: 'Every size has a limit: a constraint of more than 512 bytes or 32 alternatives is refused, as Masterminds v3.5.0 does.',
    covers: ({ constraint }) => typeof constraint === 'string' && (constraint.length > 512 || constraint.split('||').length > 32),
    instead: (answer) => JSON.stringify(answer) === '{"constraintError":true}',
  },
  {
    set: 'rollouts-replicas',
    because:
      'The function that was asked says no to every row; the controller itself moves on once the counts that it wants stand (captures of 1.9.1: 1 of 5 at weight 20), and so do we.',
    covers: (input) => input['kind'] === 'at-desired' && input['trafficRouting'] === false && standsSettled(input),
    instead: (answer) => JSON.stringify(answer) === '{"atDesired":true}',
  },
];
