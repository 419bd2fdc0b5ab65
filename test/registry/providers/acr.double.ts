import type { Answers } from './double.ts';
import { askedOf, bearerGate, json, refused } from './double.ts';

/** Azure's registry API, "Tag - Get List": by name, 100 a page, a relative Link, behind a token for `metadata_read`. */
export const acrAnswers: Answers = (held, seen, url) => {
  const asked = askedOf(seen);
  const gated = bearerGate(held, seen, { url, scope: 'repository:team/shop:metadata_read' });
  if (gated !== undefined) return gated;
  if (asked.pathname !== '/acr/v1/team/shop/_tags') {
    return refused(404, { errors: [{ code: 'NAME_UNKNOWN', message: 'repository name not known to registry' }] });
  }
  const count = Math.min(100, Number(asked.searchParams.get('n') ?? 100));
  const last = asked.searchParams.get('last') ?? '';
  const behind = held.tags.toSorted((left, right) => (left.tag < right.tag ? -1 : 1)).filter(({ tag }) => tag > last);
  const items = behind.slice(0, count);
  const link = { link: `</acr/v1/team/shop/_tags?last=${items.at(-1)?.tag ?? ''}&n=${count}&orderby=>; rel="next"` };
  return json(
    {
      registry: 'double.azurecr.io',
      imageName: 'team/shop',
      tags: items.map(({ tag, digest, at }) => ({
        ...{ name: tag, digest, signed: false, changeableAttributes: { deleteEnabled: true, listEnabled: true } },
        createdTime: new Date(at - 9000).toISOString().replace('Z', '1234Z'),
        lastUpdateTime: new Date(at).toISOString().replace('Z', '1234Z'),
      })),
    },
    behind.length > count ? link : {},
  );
};
