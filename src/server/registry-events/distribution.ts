import * as z from 'zod';
import { form } from './form.ts';

const Event = z.looseObject({
  action: z.string(),
  target: z.looseObject({ repository: z.string(), tag: z.string().optional() }),
  request: z.looseObject({ host: z.string() }),
});

function imagesOf({ action, target, request }: z.infer<typeof Event>): readonly string[] {
  return action !== 'push' || target.tag === undefined || target.tag === '' ? [] : [`${request.host}/${target.repository}`];
}

/**
 * distribution 3 (docs/content/about/notifications.md): an envelope of events; GitLab sends the same for a whole instance. Events of another
 * shape are passed over.
 */
export const distribution = form(
  'distribution and GitLab ("events")',
  z.looseObject({ events: z.array(z.unknown()).max(10_000) }),
  ({ events }) =>
    events.flatMap((each) => {
      const event = Event.safeParse(each);
      return event.success ? imagesOf(event.data) : [];
    }),
);

/** Azure Container Registry (Webhook reference): one such event, without the envelope. */
export const acr = form('Azure Container Registry ("target", "request")', Event, imagesOf);
