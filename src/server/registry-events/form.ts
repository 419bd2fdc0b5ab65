import type * as z from 'zod';

/** What was told beside the notification, in the query of its address. */
export type Told = { readonly registry?: string };

/** One way in which a registry tells of a push. `read` answers names as they are written (`host/repository`, tag allowed), or undefined where it is another form. */
export type Form = { readonly name: string; readonly read: (notification: unknown, told: Told) => readonly string[] | undefined };

/** A form by its schema: what does not look like it is of another form. `images` answers none for an event that is no push of a tag. */
export function form<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  images: (notification: z.infer<Schema>, told: Told) => readonly string[],
): Form {
  return {
    name,
    read: (notification, told) => {
      const read = schema.safeParse(notification);
      return read.success ? images(read.data, told) : undefined;
    },
  };
}
