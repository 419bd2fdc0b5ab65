import type { FileLog } from '../../writeback/file-log.ts';
import { Failure } from '../../kernel/failure.ts';
import type { GitPlace } from '../../kernel/place.ts';
import type { PlaceHistory } from '../../policy/choice.ts';
import { blobsNeeded, placeHistory } from '../../writeback/history.ts';
import type { Located, UpdateContext } from './context.ts';

export type Wanted = {
  readonly place: GitPlace;
  /** The value in Git now, where only the latest change matters. */ readonly value?: string;
};

/** First-parent histories of places; those that are asked for in the same moment share one log and one read of blobs. */
export type Histories = (wanted: Wanted) => Promise<PlaceHistory>;

/** A branch that is being decided about. */
export type Reading = {
  readonly context: UpdateContext;
  readonly located: Located;
  readonly histories: Histories;
  readonly signal: AbortSignal;
};

type Waiting = { readonly wanted: Wanted; readonly resolve: (history: PlaceHistory) => void; readonly reject: (cause: unknown) => void };

/** Without a value every blob is read; with one no more than the rule about a person's answer needs (LOOP 4). */
function neededOf(log: FileLog, { place, value }: Wanted): readonly string[] {
  return value === undefined ? blobsNeeded(log) : blobsNeeded(log, { place, value });
}

async function readTogether(
  context: UpdateContext,
  located: Pick<Located, 'repo' | 'head'>,
  waiting: readonly Waiting[],
  signal: AbortSignal,
): Promise<void> {
  const { git } = context.ports;
  try {
    const files = [...new Set(waiting.map(({ wanted }) => wanted.place.file))].sort();
    const logs = await git.log(located.repo, located.head, files, context.settings.historyLimit);
    const logOf = (place: GitPlace): FileLog => {
      const log = logs.get(place.file);
      if (log === undefined) throw new Failure('broken-answer', `the log of ${place.file} was not read`);
      return log;
    };
    const oids = [...new Set(waiting.flatMap(({ wanted }) => neededOf(logOf(wanted.place), wanted)))].sort();
    const blobs = oids.length === 0 ? new Map<string, Uint8Array>() : await git.blobs(located.repo, oids, signal);
    for (const { wanted, resolve } of waiting) resolve(placeHistory(logOf(wanted.place), blobs, wanted.place));
  } catch (thrown) {
    for (const { reject } of waiting) reject(thrown);
  }
}

export function createHistories(context: UpdateContext, located: Pick<Located, 'repo' | 'head'>, signal: AbortSignal): Histories {
  let waiting: Waiting[] = [];
  return (wanted) =>
    new Promise((resolve, reject) => {
      waiting.push({ wanted, resolve, reject });
      if (waiting.length > 1) return;
      queueMicrotask(() => {
        const together = waiting;
        waiting = [];
        void readTogether(context, located, together, signal);
      });
    });
}
