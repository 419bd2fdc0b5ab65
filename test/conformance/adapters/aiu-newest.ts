import * as z from 'zod';
import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { timeOf } from '../../../src/kernel/time.ts';
import { readAllow, readIgnore, readStrategy } from '../../../src/policy/annotations/options.ts';
import type { Watch } from '../../../src/policy/choice.ts';
import { select, type Selection } from '../../../src/policy/select.ts';
import type { Input } from '../adapter.ts';

const Row = z.object({
  strategy: z.string(),
  constraint: z.string(),
  allowTags: z.string().default(''),
  ignoreTags: z.string().default(''),
  tags: z.array(z.string()),
  created: z.record(z.string(), z.number()).default({}),
  digests: z.record(z.string(), z.string()).default({}),
  current: z.union([z.object({ name: z.string(), digest: z.string() }), z.string().transform((name) => ({ name, digest: '' }))]),
});
type Row = z.infer<typeof Row>;

const application = { cluster: 'in-cluster', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'app' };

/** Strategy, constraint and filters over a list of tags: which tag is chosen, and is it another than the current one. */
export function answer(input: Input): unknown {
  const row = Row.parse(input);
  const watch = watchOf(row);
  const selection = choose(row, watch);
  if (selection.kind === 'refused') return { error: 'newest' };
  const { chosen } = selection;
  if (chosen === undefined) return { chosen: null, needsUpdate: false };
  const { name, digest } = row.current;
  if (watch.strategy !== 'digest') return { chosen: { name: chosen, digest: '' }, needsUpdate: chosen !== name || digest !== '' };
  const found = selection.eligible.includes(chosen) ? (row.digests[chosen] ?? '') : '';
  return { chosen: { name: chosen, digest: found }, needsUpdate: digest === '' || digest !== found };
}

/** The same in the reading of v1.3: which tag is chosen. */
export function answerV1(input: Input): unknown {
  const row = Row.parse(input);
  const selection = choose(row, { ...watchOf(row), compat: 'v1' });
  return selection.kind === 'refused' ? { error: true } : { chosen: selection.chosen ?? null };
}

function watchOf({ strategy, constraint, allowTags, ignoreTags }: Row): Watch {
  const setting = (value: string) => ({ at: 'row', value });
  return {
    application,
    image: 'docker.io/library/app',
    written: 'app',
    strategy: readStrategy(setting(strategy)).value,
    ...(constraint === '' ? {} : { constraint }),
    allow: readAllow(setting(allowTags)).value,
    ignore: readIgnore(setting(ignoreTags)),
    forceUpdate: false,
  };
}

function choose({ tags, current, created }: Row, watch: Watch): Selection {
  const times = Object.fromEntries(Object.entries(created).map(([tag, seconds]) => [tag, timeOf(seconds * 1000)]));
  return select(watch, tags, { tag: current.name }, { created: times });
}

/** A row says where the peer's error came from; that there is one is what counts. */
export function equal(expected: unknown, answered: unknown): boolean {
  const [peer, ours] = [expected, answered].map((one) => (isBody(one) && 'error' in one ? { error: true } : one));
  return sameJson(peer, ours);
}
