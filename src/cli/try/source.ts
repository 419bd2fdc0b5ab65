import type { Digest, ImageName } from '../../kernel/image.ts';
import type { Time } from '../../kernel/time.ts';
import { timeOf } from '../../kernel/time.ts';
import type { BuildTime, TagTime } from '../../policy/choice.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Listing, RegistryAccess, TagFacts, TagTimes } from '../../registry/listing.ts';
import type { GivenTag } from './given-tags.ts';

/** Where the tags and what stands behind them come from: a registry, or a list. All methods throw `Failure`. */
export interface TagSource {
  /** `digests` are made up where nobody knows them, and must not be shown. */
  readonly madeUpDigests: boolean;
  /** What somebody can do about times that the source does not tell. */
  readonly missingTimes: string;
  list(): Promise<Listing>;
  facts(tag: string): Promise<TagFacts | 'absent'>;
  /** When each tag was pushed, as far as the source knows. */
  times(): Promise<ReadonlyMap<string, TagTime>>;
  created(tag: string): Promise<BuildTime>;
  /** The digest behind a tag, or the text absent. */
  digest(tag: string): Promise<Digest>;
  served(digest: Digest): Promise<boolean>;
}

/** No digest, so that nobody takes it for one. */
const unknownDigest = 'unknown';

/** A list: nothing but tags, times and digests that somebody wrote. Each tag is there, and was built when it was pushed. */
export function listedSource(image: ImageName, given: readonly GivenTag[], observedAt: Time): TagSource {
  const byTag = new Map(given.map((one) => [one.tag, one]));
  const factsOf = ({ tag, at, digest }: GivenTag): TagFacts => ({
    tag,
    digest: digest ?? unknownDigest,
    children: [],
    ...(at === undefined ? {} : { pushedAt: at, createdAt: at }),
  });
  const of = (tag: string) => byTag.get(tag);
  return {
    madeUpDigests: true,
    missingTimes: 'give the time behind the tags, such as 1.2.3 2026-03-01T12:00:00Z',
    list: () => Promise.resolve({ image, tags: given.map(({ tag }) => tag), complete: true, observedAt }),
    facts: (tag) => {
      const one = of(tag);
      return Promise.resolve(one === undefined ? 'absent' : factsOf(one));
    },
    times: () =>
      Promise.resolve(new Map(given.flatMap(({ tag, at }) => (at === undefined ? [] : [[tag, { at, by: 'registry' }] as const])))),
    created: (tag) => Promise.resolve(of(tag)?.at ?? 'none'),
    digest: (tag) => Promise.resolve(of(tag)?.digest ?? 'absent'),
    served: () => Promise.resolve(true),
  };
}

/** A registry, asked as the service asks it. */
export function registrySource(image: ImageName, registry: RegistryClient, access: RegistryAccess, signal: AbortSignal): TagSource {
  const asked = new Map<string, Promise<TagFacts | 'absent'>>();
  const facts = (tag: string): Promise<TagFacts | 'absent'> => {
    const answer = asked.get(tag) ?? registry.facts(image, tag, access, signal);
    asked.set(tag, answer);
    return answer;
  };
  let times: Promise<TagTimes | undefined> | undefined;
  return {
    madeUpDigests: false,
    missingTimes: 'give a list of tags with their times (--tags): this registry does not tell them',
    list: () => registry.list(image, access, signal),
    facts,
    async times() {
      times ??= registry.times(image, access, signal);
      return timesOf((await times) ?? new Map());
    },
    async created(tag) {
      const found = await facts(tag);
      return found === 'absent' ? 'absent' : (found.createdAt ?? 'none');
    },
    digest: (tag) => registry.served(image, tag, access, signal),
    served: async (digest) => (await registry.served(image, digest, access, signal)) !== 'absent',
  };
}

function timesOf(times: TagTimes): ReadonlyMap<string, TagTime> {
  return new Map(
    [...times].flatMap(([tag, { pushedAt, digest }]) =>
      pushedAt === undefined
        ? []
        : [[tag, { at: timeOf(Date.parse(pushedAt)), by: 'registry', ...(digest === undefined ? {} : { digest }) }] as const],
    ),
  );
}
