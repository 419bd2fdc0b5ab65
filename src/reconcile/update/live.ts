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

function reasonFor({ subscription, watch }: Decided['state']['readers'][number], decided: Decided, head: string): string | undefined {
  const { spec, status } = subscription.app.resource.view;
  const name = watch.kustomizeName ?? watch.written;
  const override = (spec.source?.kustomize?.images ?? []).find(
    (entry) => entry.split(/[=:@]/)[0] === name || entry.startsWith(`${watch.written}:`),
  );
  if (override !== undefined)
    return `Shadowed: spec.source.kustomize.images holds ${override}, which overrides what Git says; remove it to let Git decide`;
  if (status?.sync?.status !== 'Synced' || status.sync.revision !== head || watch.forceUpdate) return undefined;
  const images = status.summary?.images ?? [];
  const shown = images.filter((image) => image.split('@')[0]?.replace(/:[^:/]+$/, '') === watch.written);
  if (shown.length === 0)
    return `${watch.written} is not among the images of this Application (${images.join(', ') || 'none'}); force-update: "true" writes it all the same`;
  const tag = decided.state.current?.tag;
  if (tag === undefined || shown.some((image) => image.includes(`:${tag}`))) return undefined;
  return `Shadowed: Git says ${tag}, but what is rendered from it holds ${shown.join(', ')}; nothing is raised here until the place shows`;
}
