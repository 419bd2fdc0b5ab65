import type { Reference } from '../../kernel/image.ts';
import { describeReference, parseImageReference } from '../../kernel/image.ts';
import type { Decided } from './context.ts';

/**
 * A raise whose effect nobody would see is refused (LOOP 17): an override in the Application shadows the place, the rendering of
 * Git's head does not hold the image at all, or holds another tag than the place says. Where the head is not applied yet there is
 * nothing to compare with.
 */
export function shadowOf(decided: Decided, head: string): Decided {
  if (decided.choice.kind !== 'raise') return decided;
  const because = decided.state.readers.map((reader) => reasonFor(reader, decided, head)).find((reason) => reason !== undefined);
  if (because === undefined) return decided;
  return { ...decided, choice: { kind: 'refused', because, tags: decided.choice.tags } };
}

type Reader = Decided['state']['readers'][number];

function reasonFor(reader: Reader, decided: Decided, head: string): string | undefined {
  return overriddenBy(reader) ?? (isApplied(reader, head) && !reader.watch.forceUpdate ? missingFrom(reader, decided) : undefined);
}

function overriddenBy({ subscription, watch }: Reader): string | undefined {
  const name = watch.kustomizeName ?? watch.written;
  const images = subscription.app.resource.view.spec.source?.kustomize?.images ?? [];
  const override = images.find((entry) => entry.startsWith(`${name}=`) || withoutTag(entry) === name);
  if (override === undefined) return undefined;
  return `Shadowed: spec.source.kustomize.images holds ${override}, which overrides what Git says; remove it to let Git decide`;
}

/** Whether what runs was rendered from this head. */
function isApplied({ subscription }: Reader, head: string): boolean {
  const sync = subscription.app.resource.view.status?.sync;
  return sync?.status === 'Synced' && sync.revision === head;
}

function missingFrom({ subscription, watch }: Reader, decided: Decided): string | undefined {
  const images = subscription.app.resource.view.status?.summary?.images ?? [];
  // nginx and docker.io/library/nginx are one image, whichever of the two a manifest says.
  const shown = images.filter((image) => parseImageReference(image)?.image === watch.image);
  if (shown.length === 0) {
    return `${watch.written} is not among the images of this Application (${images.join(', ') || 'none'}); force-update: "true" writes it all the same`;
  }
  const { current } = decided.state;
  if (current?.tag === undefined || shown.some((image) => shows(image, current))) return undefined;
  return `Shadowed: Git says ${describeReference(current)}, but what is rendered from it holds ${shown.join(', ')}; nothing is raised here until the place shows`;
}

/** Whether a rendered image is what Git says; one without a digest may stand for any. */
function shows(image: string, { tag, digest }: Reference): boolean {
  const rendered = parseImageReference(image);
  return rendered?.tag === tag && (digest === undefined || rendered?.digest === undefined || rendered.digest === digest);
}

/** `reg:5000/shop` of `reg:5000/shop:1.2@sha256:...`. */
function withoutTag(image: string): string {
  const named = image.split('@', 1)[0] ?? '';
  const colon = named.lastIndexOf(':');
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named;
}
