import type { GitPlace } from '../kernel/place.ts';
import type { Edit, Splice } from './edit.ts';

export type ApplicationEdit = { readonly application: string; readonly edit: Edit };

/** Splices per application, sorted by application; an application with one refused edit is refused whole. */
export type Combined = {
  readonly accepted: readonly { readonly application: string; readonly splices: readonly Splice[]; readonly places: readonly GitPlace[] }[];
  readonly refused: readonly { readonly application: string; readonly because: string }[];
};

type Owned = { readonly application: string; readonly splice: Splice };

/**
 * Brings edits of one snapshot together. Two that replace the same bytes are both refused, each naming the other. Of several that
 * insert at one point the first application by name goes first; the others follow on the next head, where its lines stand.
 * The order of the input does not matter.
 */
export function combine(edits: readonly ApplicationEdit[]): Combined {
  const applications = [...new Set(edits.map((one) => one.application))].sort();
  const owned = edits.flatMap(({ application, edit }) =>
    edit.kind === 'edited' ? edit.splices.map((splice) => ({ application, splice })) : [],
  );
  const reasons = new Map(applications.map((application) => [application, reasonAgainst(application, edits, owned)]));
  const edited = applications.filter((application) => edits.some((one) => one.application === application && one.edit.kind === 'edited'));
  return {
    accepted: edited
      .filter((application) => reasons.get(application) === undefined)
      .map((application) => ({ application, ...gathered(application, edits) })),
    refused: applications.flatMap((application) => {
      const because = reasons.get(application);
      return because === undefined ? [] : [{ application, because }];
    }),
  };
}

function gathered(application: string, edits: readonly ApplicationEdit[]) {
  const mine = edits.flatMap((one) => (one.application === application && one.edit.kind === 'edited' ? [one.edit] : []));
  const splices = uniqueBy(
    mine.flatMap((edit) => edit.splices),
    (splice) => JSON.stringify(splice),
  );
  return {
    splices: splices.toSorted(bySpot),
    places: uniqueBy(
      mine.flatMap((edit) => edit.places),
      (place) => JSON.stringify(place),
    ),
  };
}

function reasonAgainst(application: string, edits: readonly ApplicationEdit[], owned: readonly Owned[]): string | undefined {
  const own = edits.filter((one) => one.application === application);
  const reasons = own.flatMap(({ edit }) => {
    if (edit.kind === 'refused') return [edit.because];
    if (edit.kind === 'needs') return [`the files ${edit.paths.join(', ')} were not read`];
    return [];
  });
  const mine = owned.filter((one) => one.application === application);
  const collisions = mine.flatMap((one) => owned.flatMap((other) => collision(one, other) ?? []));
  return [...reasons, ...collisions.toSorted()][0];
}

/** Why `one` cannot go together with `other`. */
function collision(one: Owned, other: Owned): string | undefined {
  const [left, right] = [one.splice, other.splice];
  if (left.path !== right.path || JSON.stringify(left) === JSON.stringify(right)) return undefined;
  if (left.baseOid !== right.baseOid) return `${other.application} edits another version of ${left.path}`;
  if (insertsWith(left, right)) {
    if (goesFirst(one, other)) return undefined;
    return `${other.application} inserts at the same point of ${left.path} (byte ${left.start}); this edit follows after it`;
  }
  const apart = left.end <= right.start || right.end <= left.start;
  return apart ? undefined : `${other.application} changes the same bytes of ${left.path} (${right.start} to ${right.end})`;
}

function insertsWith(left: Splice, right: Splice): boolean {
  return left.start === left.end && right.start === right.end && left.start === right.start;
}

function goesFirst(one: Owned, other: Owned): boolean {
  if (one.application !== other.application) return one.application < other.application;
  return one.splice.text < other.splice.text;
}

function bySpot(left: Splice, right: Splice): number {
  if (left.path !== right.path) return left.path < right.path ? -1 : 1;
  return left.start - right.start || left.end - right.end;
}

function uniqueBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
