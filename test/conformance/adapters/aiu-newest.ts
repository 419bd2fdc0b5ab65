import * as z from 'zod';
import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { readAllow, readIgnore, readStrategy } from '../../../src/policy/annotations/options.ts';
import { select } from '../../../src/policy/select.ts';
import { type Input, notRun } from '../adapter.ts';

const Row = z.object({
  strategy: z.string(),
  constraint: z.string(),
  allowTags: z.string(),
  ignoreTags: z.string(),
  tags: z.array(z.string()),
  current: z.object({ name: z.string(), digest: z.string() }),
});

const application = { cluster: 'in-cluster', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'app' };

/** Strategy, constraint and filters over a list of tags: which tag is chosen, and is it another than the current one. */
export function answer(input: Input): unknown {
  const row = Row.parse(input);
  const setting = (value: string) => ({ at: 'row', value });
  const strategy = readStrategy(setting(row.strategy)).value;
  if (strategy === 'newest-build' || strategy === 'digest') return notRun;
  const watch = {
    application,
    image: 'docker.io/library/app',
    written: 'app',
    strategy,
    ...(row.constraint === '' ? {} : { constraint: row.constraint }),
    allow: readAllow(setting(row.allowTags)).value,
    ignore: readIgnore(setting(row.ignoreTags)),
    forceUpdate: false,
  };
  const { name } = row.current;
  const selection = select(watch, row.tags, { tag: name });
  if (selection.kind === 'refused') return { error: 'newest' };
  const { chosen } = selection;
  if (chosen === undefined) return { chosen: null, needsUpdate: false };
  return { chosen: { name: chosen, digest: '' }, needsUpdate: chosen !== name || row.current.digest !== '' };
}

/** A row says where the peer's error came from; that there is one is what counts. */
export function equal(expected: unknown, answered: unknown): boolean {
  const [peer, ours] = [expected, answered].map((one) => (isBody(one) && 'error' in one ? { error: true } : one));
  return sameJson(peer, ours);
}
