import { Failure } from '../../kernel/failure.ts';
import type { Digest, ImageName } from '../../kernel/image.ts';
import type { Millis } from '../../kernel/time.ts';
import type { BuildTime } from '../../policy/choice.ts';
import type { RegistryAccess } from '../../registry/listing.ts';
import type { Ports } from '../ports.ts';

export type Asker = { readonly image: ImageName; readonly access: RegistryAccess; readonly signal: AbortSignal };

/**
 * What stands behind many tags of an image, so that each is asked for once: tags hardly ever change, and one that is chosen is looked at
 * again by itself. All methods throw the `Failure` of the first tag that could not be asked; what was learned until then stays known.
 */
export interface TagMemory {
  created(asker: Asker, tags: readonly string[]): Promise<Readonly<Record<string, BuildTime>>>;
  /** 'absent' where the registry does not serve a tag. */
  digests(asker: Asker, tags: readonly string[]): Promise<Readonly<Record<string, Digest>>>;
}

type Limits = {
  /** Tags that are asked for at the same time. */
  readonly inFlight: number;
  /** Tags that are remembered, of all images. */
  readonly tags: number;
  /** Tags that are asked for at one look, so that a long list holds up nobody for hours; the rest follows at later looks. */
  readonly atOneLook: number;
  /** Tags of one image; more would push themselves out of what is remembered, and be asked for again without an end. */
  readonly ofOneImage: number;
  /** How long a tag is taken to be what it was; half of it to one and a half, so that not all are asked again at once. */
  readonly keptMs: number;
};

const usual: Limits = { inFlight: 8, tags: 100_000, atOneLook: 5000, ofOneImage: 50_000, keptMs: 24 * 3600_000 };

export function createTagMemory(ports: Pick<Ports, 'registry' | 'clock' | 'random'>, limits: Limits = usual): TagMemory {
  const { registry } = ports;
  const created = createBounded<BuildTime>(ports, limits);
  const digests = createBounded<Digest>(ports, limits);
  return {
    created: (asker, tags) =>
      created(asker, tags, async (tag) => {
        const facts = await registry.facts(asker.image, tag, asker.access, asker.signal);
        return facts === 'absent' ? facts : (facts.createdAt ?? 'none');
      }),
    digests: (asker, tags) => digests(asker, tags, (tag) => registry.served(asker.image, tag, asker.access, asker.signal)),
  };
}

type Recall<Value> = (
  asker: Asker,
  tags: readonly string[],
  ask: (tag: string) => Promise<Value>,
) => Promise<Readonly<Record<string, Value>>>;

/** Remembers answers that are not 'absent', the youngest `limits.tags` of them; several who ask at the same time share one answer. */
function createBounded<Value extends string>({ clock, random }: Pick<Ports, 'clock' | 'random'>, limits: Limits): Recall<Value> {
  const known = new Map<string, { readonly answer: Promise<Value>; readonly until: Millis }>();

  const recall = (key: string, signal: AbortSignal, ask: () => Promise<Value>): Promise<Value> => {
    const held = known.get(key);
    if (held !== undefined && clock.now() < held.until) return held.answer.catch((thrown: unknown) => again(thrown, signal, ask));
    const answer = ask();
    known.delete(key);
    known.set(key, { answer, until: clock.now() + limits.keptMs * (0.5 + random()) });
    const [oldest] = known.keys();
    if (known.size > limits.tags && oldest !== undefined) known.delete(oldest);
    const forget = (): unknown => known.get(key)?.answer === answer && known.delete(key);
    answer.then((value) => value === 'absent' && forget(), forget);
    return answer;
  };

  const isKnown = (key: string): boolean => (known.get(key)?.until ?? 0) > clock.now();

  return async ({ image, access, signal }, tags, ask) => {
    if (tags.length > limits.ofOneImage)
      throw new Failure('too-large', `${image}: ${tags.length} tags to look behind, ${limits.ofOneImage} at most: let allow-tags choose`);
    const from = `${access.apiUrl}|${access.credential?.username ?? ''}|${image}:`;
    const later = new Set(tags.filter((tag) => !isKnown(`${from}${tag}`)).slice(limits.atOneLook));
    const answers = new Map<string, Value>();
    const now = tags.filter((tag) => !later.has(tag));
    await inParallel(now, limits.inFlight, async (tag) => {
      answers.set(tag, await recall(`${from}${tag}`, signal, () => ask(tag)));
    });
    if (later.size === 0) return Object.fromEntries(answers);
    const because = `${later.size} of ${tags.length} tags are not looked at yet, ${limits.atOneLook} at each look: nothing is decided before`;
    throw new Failure('too-large', `${image}: ${because}`);
  };
}

/** Asks in the own name where the answer that was waited for failed only because somebody else stopped asking. */
function again<Value>(thrown: unknown, signal: AbortSignal, ask: () => Promise<Value>): Promise<Value> {
  if (signal.aborted || !(thrown instanceof Failure) || thrown.code !== 'cancelled') throw thrown;
  return ask();
}

/** Does everything, at most `limit` at a time. After a failure nothing more is begun. */
export async function inParallel<Item>(items: readonly Item[], limit: number, work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  let failed = false;
  const take = async (): Promise<void> => {
    for (const item of left) {
      if (failed) return;
      await work(item).catch((thrown: unknown) => {
        failed = true;
        throw thrown;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, take));
}
