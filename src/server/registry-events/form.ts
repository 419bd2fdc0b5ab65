import type * as z from 'zod';

/** What was told beside the notification, in the query of its address: the host of the registry. */
export type Told = { readonly registry?: string };

/**
 * Something that got a tag: its name as it is written (`host/repository`, tag allowed), the names of which one is right, or what names no image
 * (`... because ...`).
 */
export type Mention = string | { readonly names: readonly string[] } | { readonly passedOver: string };

/** One way in which a registry tells of a push. `read` answers undefined where it is another form. */
export type Form = { readonly name: string; readonly read: (notification: unknown, told: Told) => readonly Mention[] | undefined };

/** A form by its schema: what does not look like it is of another form. `mentions` answers none for an event that is no push of a tag. */
export function form<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  mentions: (notification: z.infer<Schema>, told: Told) => readonly Mention[],
): Form {
  return {
    name,
    read: (notification, told) => {
      const read = schema.safeParse(notification);
      return read.success ? mentions(read.data, told) : undefined;
    },
  };
}
