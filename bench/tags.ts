import type { ImageName } from '../src/kernel/image.ts';
import type { Choice, PlaceQuestion, Watch } from '../src/policy/choice.ts';
import { agreementOf, guard } from '../src/policy/guard.ts';
import { createRegistryClient } from '../src/registry/client.ts';
import type { Listing } from '../src/registry/listing.ts';
import { startTagServer } from './tag-server.ts';

/** CPU time of this thread while something ran, in ms. */
async function cpuOf<Answer>(work: () => Answer | Promise<Answer>): Promise<{ readonly answer: Answer; readonly ms: number }> {
  const before = process.threadCpuUsage();
  const answer = await work();
  const { user, system } = process.threadCpuUsage(before);
  return { answer, ms: (user + system) / 1000 };
}

/** Versions, builds with a branch in front, and names, as a busy repository has them. */
function mixedTags(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const version = `${Math.floor(index / 2000)}.${Math.floor(index / 40) % 50}.${index % 40}`;
    if (index % 10 === 3) return `main-${index.toString(16).padStart(7, '0')}`;
    return index % 10 === 7 ? `v${version}-rc.${index % 5}` : version;
  });
}

function watchOf(image: ImageName, more: Partial<Watch> = {}): Watch {
  const application = { cluster: 'bench', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'bench' };
  return { application, image, written: image, strategy: 'semver', allow: { kind: 'any' }, ignore: [], forceUpdate: false, ...more };
}

const digest = `sha256:${'a'.repeat(64)}`;

/** What the loop does with a listing: the policy is asked until it has every fact, which are at hand. */
function decideAbout(listing: Listing, watch: Watch, current?: string): Exclude<Choice, { kind: 'needs' }> {
  let question: PlaceQuestion = {
    place: { application: watch.application, path: [] },
    watches: [watch],
    listing,
    current: current === undefined ? undefined : { tag: current },
    facts: {},
    holds: [],
    history: { complete: true, changes: [] },
  };
  const agreed = agreementOf(question);
  for (;;) {
    const choice = guard(question, 0, agreed);
    if (choice.kind !== 'needs') return choice;
    for (const need of choice.facts)
      if (need.need === 'tag')
        question = { ...question, facts: { ...question.facts, [need.tag]: { tag: need.tag, digest, children: [] } } };
  }
}

export type ListedRow = { readonly listing: number; readonly deciding: number; readonly pages: number; readonly chose: string };

/** CPU of listing many tags in pages (requests, JSON, checks) and of deciding about them with a semver constraint and both filters; ms. */
export async function measureListing(count: number, rounds: number): Promise<readonly ListedRow[]> {
  const server = await startTagServer({ tags: mixedTags(count), pageSize: 1000 });
  const client = createRegistryClient({ allowAddress: () => true });
  const image = `${server.host}/team/many`;
  const watch = watchOf(image, { constraint: '>=1.2 <9', allow: { kind: 'regexp', expression: '^v?[0-9]+\\.' }, ignore: ['*-dev', '0.*'] });
  const rows: ListedRow[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const before = (await server.requests())['GET tags'] ?? 0;
      const listed = await cpuOf(() => client.list(image, { apiUrl: server.url }, AbortSignal.timeout(60_000)));
      const decided = await cpuOf(() => decideAbout(listed.answer, watch, '1.5.0'));
      const pages = ((await server.requests())['GET tags'] ?? 0) - before;
      const chose = decided.answer.kind === 'raise' ? (decided.answer.to.tag ?? '') : decided.answer.because;
      rows.push({ listing: listed.ms, deciding: decided.ms, pages, chose });
    }
    return rows;
  } finally {
    await client.close();
    await server.stop();
  }
}

/** Expressions that make other engines run for years, and long ones. */
const hostile: readonly string[] = ['^(a+)+$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$', '(?:a?){30}a{30}', '(a|a|b|c|ab|cd|.)*z$'];

export type HostileRow = { readonly expression: string; readonly ms: number; readonly outcome: string };

/** CPU of deciding about tags of 64 characters that almost match, for each expression; ms. */
export async function measureHostile(count: number): Promise<readonly HostileRow[]> {
  const image = 'registry.example.com/team/hostile';
  const tags = Array.from({ length: count }, (_, index) =>
    `${'a'.repeat(56)}${index.toString().padStart(7, 'a')}!`.replace('!', index % 2 === 0 ? 'x' : 'a'),
  );
  const listing: Listing = { image, tags, complete: true, observedAt: '2026-01-01T00:00:00.000Z' };
  const rows: HostileRow[] = [];
  for (const expression of hostile) {
    const watch = watchOf(image, { strategy: 'alphabetical', allow: { kind: 'regexp', expression } });
    const { answer, ms } = await cpuOf(() => decideAbout(listing, watch));
    rows.push({ expression, ms, outcome: answer.kind === 'refused' ? answer.because : answer.kind });
  }
  return rows;
}
