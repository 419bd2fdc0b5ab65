import * as z from 'zod';
import { isBody, sameJson } from '../../../src/kernel/json.ts';
import type { Watch } from '../../../src/policy/choice.ts';
import { select } from '../../../src/policy/select.ts';
import type { Input } from '../adapter.ts';

export const FluxRow = z.object({
  policy: z.enum(['semver', 'alphabetical', 'numerical']),
  argument: z.string(),
  filterTags: z.object({ pattern: z.string(), extract: z.string() }).nullable(),
  tags: z.array(z.string()),
});

const application = { cluster: 'in-cluster', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'app' };

/** The watch that says what an ImagePolicy says. Of an order Flux takes only `asc` and `desc`. */
export function watchOfPolicy({ policy, argument, filterTags }: z.infer<typeof FluxRow>): Watch {
  return {
    application,
    image: 'docker.io/library/app',
    written: 'app',
    strategy: policy,
    ...(policy === 'semver' ? { constraint: argument } : {}),
    ...(policy !== 'semver' && argument === 'desc' ? { order: 'descending' as const } : {}),
    ...(filterTags === null ? {} : { extract: { expression: filterTags.pattern, template: filterTags.extract } }),
    allow: { kind: 'any' },
    ignore: [],
    forceUpdate: false,
  };
}

/** An image policy over a list of tags: which is the latest. To choose nothing is an error there. */
export function answer(input: Input): unknown {
  const row = FluxRow.parse(input);
  const selection = select(watchOfPolicy(row), row.tags);
  return selection.kind === 'refused' || selection.chosen === undefined ? { error: true } : { chosen: selection.chosen };
}

/** Texts of errors are no contract. */
export function equal(expected: unknown, answered: unknown): boolean {
  if (typeof expected === 'string') return sameJson({ chosen: expected }, answered);
  return sameJson(isBody(expected) && 'error' in expected ? { error: true } : expected, answered);
}
