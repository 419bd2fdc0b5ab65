import * as z from 'zod';
import type { Mention } from './form.ts';
import { form } from './form.ts';

const Event = z.looseObject({
  action: z.string(),
  target: z.looseObject({ repository: z.string(), tag: z.string().optional() }),
  request: z.looseObject({ host: z.string() }),
});

function imagesOf({ action, target, request }: z.infer<typeof Event>): readonly string[] {
  return action !== 'push' || target.tag === undefined || target.tag === '' ? [] : [`${request.host}/${target.repository}`];
}

const Other = z.looseObject({ action: z.string() });

function whatIsMissing(event: unknown): readonly Mention[] {
  const other = Other.safeParse(event);
  if (other.success && other.data.action !== 'push') return [];
  return [{ passedOver: 'an event because action, target.repository or request.host is missing' }];
}

/**
 * distribution 3 (docs/content/about/notifications.md): an envelope of events; GitLab sends the same for a whole instance. A push of
 * another shape is passed over.
 */
export const distribution = form(
  'distribution and GitLab ("events")',
  z.looseObject({ events: z.array(z.unknown()).max(10_000) }),
  ({ events }) =>
    events.flatMap((each) => {
      const event = Event.safeParse(each);
      return event.success ? imagesOf(event.data) : whatIsMissing(each);
    }),
);

/** Azure Container Registry (Webhook reference): one such event, without the envelope. */
export const acr = form('Azure Container Registry ("target", "request")', Event, imagesOf);

/** What Azure Container Registry sends to try a webhook (`az acr webhook ping`). */
export const acrPing = form("Azure Container Registry's ping", z.looseObject({ action: z.literal('ping') }), () => []);
