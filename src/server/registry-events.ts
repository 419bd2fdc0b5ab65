import * as z from 'zod';
import type { ImageName } from '../kernel/image.ts';
import { canonicalImageName } from '../kernel/image.ts';

const Event = z.looseObject({
  action: z.string(),
  target: z.looseObject({ repository: z.string(), tag: z.string().optional() }),
  request: z.looseObject({ host: z.string() }),
});
const Envelope = z.looseObject({ events: z.array(z.unknown()).max(10_000) });

export type Hints =
  { readonly kind: 'read'; readonly images: readonly ImageName[] } | { readonly kind: 'refused'; readonly because: string };

/**
 * Images that a notification says something new about (distribution 3, docs/content/about/notifications.md: an envelope of events). Only
 * pushes of a tag count, and only as a hint to look: the tag itself is not even read on. Events of another shape are passed over.
 */
export function hintsOf(body: Buffer): Hints {
  const envelope = Envelope.safeParse(parseJson(body.toString('utf8')));
  if (!envelope.success)
    return { kind: 'refused', because: 'expected a JSON object with "events", as registries send notifications (version 2)' };
  const images = envelope.data.events.flatMap((each) => {
    const event = Event.safeParse(each);
    return event.success ? (imageOf(event.data) ?? []) : [];
  });
  return { kind: 'read', images: [...new Set(images)] };
}

function imageOf({ action, target, request }: z.infer<typeof Event>): ImageName | undefined {
  if (action !== 'push' || target.tag === undefined || target.tag === '') return undefined;
  const image = canonicalImageName(`${request.host}/${target.repository}`);
  // A host without dot or port would be read as a repository of Docker Hub.
  return image?.startsWith(`${request.host}/`) === true ? image : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
