/** Trailers of a commit, in order; a key may occur more than once. */
export type Trailers = readonly (readonly [key: string, value: string])[];

/** Every trailer that a commit of ours can carry. LOOP: "Trailers of every commit of ours". */
export const trailer = {
  application: 'Windlass-Application',
  place: 'Windlass-Place',
  image: 'Windlass-Image',
  digest: 'Windlass-Digest',
  reason: 'Windlass-Reason',
  verdict: 'Windlass-Verdict',
  /** Since when automatic lowering is stopped. */
  storm: 'Windlass-Storm',
} as const;

export function trailerValues(trailers: Trailers, key: string): readonly string[] {
  return trailers.filter(([name]) => name.toLowerCase() === key.toLowerCase()).map(([, value]) => value);
}
