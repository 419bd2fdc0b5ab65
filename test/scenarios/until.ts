import { setTimeout as wait } from 'node:timers/promises';

/** A test that hangs says what it waited for, before vitest ends it. */
const limitMs = 100_000;

/**
 * Reads until `look` answers something. Throws what was waited for, with what `look` saw last: it may answer `not(...)` to say why
 * it is not content yet.
 */
export async function until<Seen>(what: string, look: () => Promise<Seen | undefined | NotYet> | Seen | undefined | NotYet): Promise<Seen> {
  const end = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && !(seen instanceof NotYet)) return seen;
    if (performance.now() > end) {
      throw new Error(`waited for: ${what}\nlast seen: ${seen instanceof NotYet ? JSON.stringify(seen.seen, null, 2) : 'nothing'}`);
    }
    await wait(25);
  }
}

class NotYet {
  readonly seen: unknown;

  constructor(seen: unknown) {
    this.seen = seen;
  }
}

/** The answer of a look that has to look again: what it saw. */
export function not(seen: unknown): NotYet {
  return new NotYet(seen);
}
