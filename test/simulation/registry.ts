import { Failure } from '../../src/kernel/failure.ts';
import type { RegistryPort } from '../../src/reconcile/ports.ts';
import { timeOf } from '../../src/kernel/time.ts';
import type { Life, Machine } from './machine.ts';

export type RegistryFault = 'none' | 'unreachable' | 'server-error' | 'incomplete';

/** A registry with the history of its tags: what a tag ever stood for. */
export class ModelRegistry {
  readonly tags = new Map<string, Map<string, string>>();
  readonly everServed = new Set<string>();
  readonly bad = new Set<string>();
  /** Tags that a complete listing ever showed. */
  readonly everListed = new Set<string>();
  fault: RegistryFault = 'none';
  /** Images of which nothing is answered while others are. */
  readonly away = new Set<string>();
  /** The commit that CI built a digest from. */
  readonly builtFrom = new Map<string, string>();
  readonly #changed: () => void;
  #images = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** A new image under a tag; answers its digest. */
  push(image: string, tag: string, good: boolean): string {
    this.#images += 1;
    const digest = `sha256:${String(this.#images).padStart(64, '0')}`;
    if (!good) this.bad.add(digest);
    this.point(image, tag, digest);
    return digest;
  }

  point(image: string, tag: string, digest: string): void {
    const tags = this.tags.get(image) ?? new Map<string, string>();
    this.tags.set(image, tags.set(tag, digest));
    this.everServed.add(`${image}:${tag}@${digest}`);
    this.#changed();
  }

  remove(image: string, tag: string): void {
    this.tags.get(image)?.delete(tag);
  }

  digest(image: string, reference: string): string | undefined {
    if (reference.startsWith('sha256:')) return reference;
    return this.tags.get(image)?.get(reference);
  }

  tagsOf(image: string): readonly string[] {
    return [...(this.tags.get(image)?.keys() ?? [])];
  }
}

/** The registry as one process reaches it. */
export function registryPort(registry: ModelRegistry, machine: Machine, life: Life): RegistryPort {
  const answer = async <Answer>(image: string, look: () => Answer): Promise<Answer> => {
    await machine.turn(life);
    const fault = registry.away.has(image) ? 'unreachable' : registry.fault;
    const seen = look();
    await machine.turn(life);
    if (fault === 'unreachable' || fault === 'server-error') throw new Failure(fault, `${image}: ${fault}`);
    return seen;
  };
  return {
    list: (image) =>
      answer(image, () => {
        const tags = registry.tagsOf(image);
        const observedAt = timeOf(machine.now);
        if (registry.fault === 'incomplete') {
          return { image, tags: tags.slice(1), complete: false, because: 'a page is missing', observedAt };
        }
        tags.forEach((tag) => registry.everListed.add(`${image}:${tag}`));
        return { image, tags, complete: true, observedAt };
      }),
    facts: (image, tag) =>
      answer(image, () => {
        const digest = registry.digest(image, tag);
        if (digest === undefined) return 'absent' as const;
        const revision = registry.builtFrom.get(digest);
        const children = [{ platform: 'linux/amd64', digest: childOf(digest) }];
        return revision === undefined ? { tag, digest, children } : { tag, digest, children, revision };
      }),
    served: (image, reference) => answer(image, () => registry.digest(image, reference) ?? 'absent'),
  };
}

/** The platform's manifest in an index. */
function childOf(digest: string): string {
  return `sha256:c${digest.slice('sha256:c'.length)}`;
}
