import type { Answers } from './double.ts';
import { askedOf, bearerGate, json, refused } from './double.ts';

/** Google's tags/list: everything in one answer, whatever `n` asks for, with every manifest, its tags and its times in ms as text. */
export const garAnswers: Answers = (held, seen, url) => {
  const gated = bearerGate(held, seen, { url, scope: 'repository:team/shop:pull' });
  if (gated !== undefined) return gated;
  if (askedOf(seen).pathname !== '/v2/team/shop/tags/list')
    return refused(404, { errors: [{ code: 'NAME_UNKNOWN', message: 'not found' }] });
  const manifest = Object.fromEntries(
    held.tags.map(({ digest }) => {
      const same = held.tags.filter((other) => other.digest === digest);
      const times = { timeCreatedMs: String((same[0]?.at ?? 0) - 9000), timeUploadedMs: String(same[0]?.at ?? 0) };
      return [
        digest,
        {
          imageSizeBytes: '1',
          layerId: '',
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          tag: same.map(({ tag }) => tag),
          ...times,
        },
      ];
    }),
  );
  return json({ child: [], manifest, name: 'team/shop', tags: held.tags.map(({ tag }) => tag) });
};
