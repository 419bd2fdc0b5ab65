import * as z from 'zod';
import type { Digest, ImageName } from '../../kernel/image.ts';
import type { ObjectRef } from '../../kernel/refs.ts';
import type { Action } from '../../kernel/action.ts';
import { Failure, sentenceOf } from '../../kernel/failure.ts';
import { millisOf, type Time, timeOf } from '../../kernel/time.ts';
import type { KubeObject } from '../../resources/meta.ts';
import type { Ports } from '../ports.ts';

/** What a tag stood for when it was first seen with that digest. */
export type Sight = { readonly digest: Digest; readonly at: Time };

/**
 * When tags were first seen, for ages where a registry tells no times (LOOP, small memories). It is kept in a ConfigMap; losing that
 * makes every tag as young as the next look.
 */
export interface FirstSeen {
  /** Reads what is kept, once. A failure is logged, and the next call tries again: until then tags are younger than they may be. */
  load(signal: AbortSignal): Promise<void>;
  known(image: ImageName, tag: string): Sight | undefined;
  /** At most `limit` of the tags that were not seen yet, to be looked at now: first those that were missed least. */
  unseen(image: ImageName, tags: readonly string[], limit: number): readonly string[];
  /** Notes that a tag was looked at in vain. */
  miss(image: ImageName, tag: string): void;
  /** Notes what a tag stands for now; answers since when. */
  see(image: ImageName, tag: string, digest: Digest): Sight;
  /** Writes what is new. A failure is logged, and the next call tries again. */
  save(signal: AbortSignal): Promise<void>;
}

export const firstSeenName = 'windlass-memory-first-seen';

const field = 'first-seen.json';

/** A ConfigMap holds 1 MiB; a tag of 128 characters takes about 250 bytes of it. */
const maxSights = 3500;

/** Tags that were looked at in vain and are remembered as such; beyond that all have the same turn again. */
const maxMisses = 10_000;

const Kept = z.object({
  version: z.literal(1),
  images: z.record(z.string(), z.record(z.string(), z.object({ digest: z.string(), at: z.iso.datetime() }))),
});

/** `namespace` is where the ConfigMap is; without one nothing is kept over a restart. */
export function createFirstSeen(ports: Pick<Ports, 'cluster' | 'clock' | 'log'>, namespace: string | undefined): FirstSeen {
  return new KeptSights(ports, namespace);
}

class KeptSights implements FirstSeen {
  readonly #ports: Pick<Ports, 'cluster' | 'clock' | 'log'>;
  readonly #ref: ObjectRef | undefined;
  readonly #sights = new Map<string, Sight>();
  readonly #misses = new Map<string, number>();
  #loaded = false;
  #changed = false;

  constructor(ports: Pick<Ports, 'cluster' | 'clock' | 'log'>, namespace: string | undefined) {
    this.#ports = ports;
    this.#ref =
      namespace === undefined ? undefined : { cluster: ports.cluster.name, group: '', kind: 'ConfigMap', namespace, name: firstSeenName };
  }

  async load(signal: AbortSignal): Promise<void> {
    if (this.#loaded || this.#ref === undefined) return;
    try {
      const kept = await this.#ports.cluster.read(this.#ref, signal);
      this.#merge(kept);
      this.#loaded = true;
    } catch (thrown) {
      this.#ports.log.warn({ because: sentenceOf(thrown) }, 'the times when tags were first seen could not be read');
    }
  }

  known(image: ImageName, tag: string): Sight | undefined {
    return this.#sights.get(keyOf(image, tag));
  }

  unseen(image: ImageName, tags: readonly string[], limit: number): readonly string[] {
    const unseen = tags.filter((tag) => this.known(image, tag) === undefined);
    const ranked = unseen.map((tag) => ({ tag, misses: this.#misses.get(keyOf(image, tag)) ?? 0 }));
    return ranked
      .sort((left, right) => left.misses - right.misses)
      .slice(0, limit)
      .map(({ tag }) => tag);
  }

  miss(image: ImageName, tag: string): void {
    const key = keyOf(image, tag);
    if (this.#misses.size >= maxMisses && !this.#misses.has(key)) this.#misses.clear();
    this.#misses.set(key, (this.#misses.get(key) ?? 0) + 1);
  }

  see(image: ImageName, tag: string, digest: Digest): Sight {
    this.#misses.delete(keyOf(image, tag));
    const before = this.known(image, tag);
    if (before?.digest === digest) return before;
    const sight = { digest, at: timeOf(this.#ports.clock.now()) };
    this.#put(keyOf(image, tag), sight);
    this.#changed = true;
    return sight;
  }

  async save(signal: AbortSignal): Promise<void> {
    if (!this.#changed || this.#ref === undefined) return;
    const { cluster, log } = this.#ports;
    try {
      // Another replica may have written since: what it saw earlier counts.
      const kept = await cluster.read(this.#ref, signal);
      this.#merge(kept);
      const data = { [field]: JSON.stringify(this.#record()) };
      this.#changed = false;
      const acted = await cluster.act(writing(this.#ref, kept, data), signal);
      if (acted.kind !== 'done') throw new Failure('conflict', 'because' in acted ? acted.because : `${firstSeenName} is gone`);
    } catch (thrown) {
      this.#changed = true;
      log.warn({ because: sentenceOf(thrown) }, 'the times when tags were first seen could not be kept');
    }
  }

  /**
   * The earlier sight of the same digest counts; what cannot be read is as good as lost. What is kept is older than what is new here, and goes
   * first where there is no room for both: else a full memory would forget every new tag.
   */
  #merge(kept: KubeObject | undefined): void {
    const sights = new Map(this.#sights);
    for (const [key, sight] of sightsIn(kept)) {
      const mine = sights.get(key);
      if (mine === undefined || (mine.digest === sight.digest && sight.at < mine.at)) sights.set(key, sight);
    }
    this.#sights.clear();
    for (const [key, sight] of [...sights].sort(byTime)) this.#put(key, sight);
  }

  /** The sights that were noted last stay: a tag that waited longest is old enough, or nobody asks for it any more. */
  #put(key: string, sight: Sight): void {
    this.#sights.delete(key);
    this.#sights.set(key, sight);
    const [oldest] = this.#sights.keys();
    if (this.#sights.size > maxSights && oldest !== undefined) this.#sights.delete(oldest);
  }

  #record(): z.infer<typeof Kept> {
    const images = Map.groupBy([...this.#sights].sort(byTime), ([key]) => key.slice(0, key.indexOf(' ')));
    const tagsOf = (sights: readonly (readonly [string, Sight])[]) =>
      Object.fromEntries(sights.map(([key, sight]) => [key.slice(key.indexOf(' ') + 1), sight]));
    return { version: 1, images: Object.fromEntries([...images].map(([image, sights]) => [image, tagsOf(sights)])) };
  }
}

function writing(on: ObjectRef, kept: KubeObject | undefined, data: Readonly<Record<string, string>>): Action {
  if (kept === undefined) return { do: 'create', on, body: { metadata: { labels: { 'app.kubernetes.io/managed-by': 'windlass' } }, data } };
  const version = kept.metadata.resourceVersion;
  return { do: 'patch', on, body: { data }, ...(version === undefined ? {} : { if: { resourceVersion: version } }) };
}

function byTime([, left]: readonly [string, Sight], [, right]: readonly [string, Sight]): number {
  return millisOf(left.at) - millisOf(right.at);
}

function keyOf(image: ImageName, tag: string): string {
  return `${image} ${tag}`;
}

function sightsIn(kept: KubeObject | undefined): readonly (readonly [string, Sight])[] {
  const data = z.object({ data: z.record(z.string(), z.string()) }).safeParse(kept);
  const text = data.success ? data.data.data[field] : undefined;
  const read = text === undefined ? undefined : Kept.safeParse(parsed(text));
  if (read?.success !== true) return [];
  const sights = Object.entries(read.data.images).flatMap(([image, tags]) =>
    Object.entries(tags).map(([tag, sight]) => [keyOf(image, tag), sight] as const),
  );
  return sights.sort(byTime);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
