import type { Hold, Verdict } from '../../kernel/hold.ts';
import { oneLine, reasonLine } from '../../kernel/escape.ts';
import type { Digest, ImageName, Reference } from '../../kernel/image.ts';
import { describeReference, splitImageName } from '../../kernel/image.ts';
import type { GitPlace } from '../../kernel/place.ts';
import { placeKey } from '../../kernel/place.ts';
import type { ObjectRef } from '../../kernel/refs.ts';
import type { Time } from '../../kernel/time.ts';
import type { Trailers } from '../../kernel/trailers.ts';
import { trailer } from '../../kernel/trailers.ts';
import { describeVerdict } from '../../verdict/describe.ts';

export type WrittenImage = {
  readonly place: GitPlace;
  readonly image: ImageName;
  readonly from: Reference;
  readonly to: Reference;
  /** Index first, then platforms: what was chosen, whatever the tag comes to mean. */
  readonly digests: readonly Digest[];
  readonly because: string;
};

/** An index with more platforms than this is told by its own digest and the first of them. */
const maxDigests = 24;

type Text = { readonly message: string; readonly trailers: Trailers };

function applicationName(ref: ObjectRef): string {
  return `${ref.namespace}/${ref.name}`;
}

function imageTrailers(change: WrittenImage): Trailers {
  return [
    [trailer.place, placeKey(change.place)],
    [trailer.image, oneLine(`${change.image}:${describeReference(change.to)}`)],
    ...change.digests.slice(0, maxDigests).map((digest) => [trailer.digest, digest] as const),
    [trailer.reason, reasonLine(change.because)],
  ];
}

function describeChange(change: WrittenImage): string {
  const { repository } = splitImageName(change.image);
  return oneLine(`updates image ${repository} tag '${describeReference(change.from)}' to '${describeReference(change.to)}'`);
}

/** Commit text of a raise. The first lines are Image Updater's (v0.18, default template); the reasons and the trailers are ours. */
export function raiseText(applications: readonly ObjectRef[], changes: readonly WrittenImage[]): Text {
  const names = applications.map((application) => application.name).join(', ');
  const lines = changes.map(describeChange).join('\n');
  const reasons = changes.map((change) => reasonLine(change.because)).join('\n');
  return {
    message: `${oneLine(`build: automatic update of ${names}`)}\n\n${lines}\n\n${reasons}`,
    trailers: [
      ...applications.map((application) => [trailer.application, applicationName(application)] as const),
      ...changes.flatMap(imageTrailers),
    ],
  };
}

/** What a verdict writes besides images. */
export type VerdictWriting = { readonly holds: readonly Hold[]; readonly because: string; readonly storm?: Time };

/** Commit text of a lowering or of a hold alone. */
export function verdictText(verdict: Verdict, moves: readonly WrittenImage[], { holds, because, storm }: VerdictWriting): Text {
  const held = holds.map((hold) => `${splitImageName(hold.image).repository}:${hold.tag ?? hold.digests[0] ?? ''}`).join(', ');
  const back = moves.map((move) => `${splitImageName(move.image).repository} back to ${describeReference(move.to)}`).join(', ');
  const subject = moves.length === 0 ? `hold ${held}` : `take ${back}, hold ${held}`;
  const lifting = 'To allow it again, remove its entry from the holds file.';
  return {
    message: `${oneLine(`build: ${subject}`)}\n\n${sentencesOf(verdict, because)}\n\n${lifting}`,
    trailers: [
      [trailer.application, applicationName(verdict.application)],
      ...moves.flatMap(imageTrailers),
      ...reasonOf(moves, because),
      ...(storm === undefined ? [] : [[trailer.storm, storm] as const]),
      [trailer.verdict, oneLine(verdict.id)],
    ],
  };
}

/** What was found out, and what follows from it: a line each, so that neither cuts the other short. */
function sentencesOf(verdict: Verdict, because: string): string {
  const found = describeVerdict(verdict);
  if (!because.startsWith(`${found}. `)) return reasonLine(because);
  return `${reasonLine(`${found}.`)}\n${reasonLine(because.slice(found.length + 2))}`;
}

/** A lowering's changes carry the reason already; a hold alone has to say it. */
function reasonOf(moves: readonly WrittenImage[], because: string): Trailers {
  return moves.length > 0 ? [] : [[trailer.reason, reasonLine(because)]];
}
