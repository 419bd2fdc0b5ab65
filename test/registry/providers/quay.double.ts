import type { Answers } from './double.ts';
import { askedOf, json, numbered, refused } from './double.ts';

/** Quay API v1, listRepoTags: 100 a page at most, `has_additional`, times in seconds; private repositories want an OAuth token. */
export const quayAnswers: Answers = ({ tags, wants }, seen) => {
  const asked = askedOf(seen);
  const admitted = wants === undefined || seen.headers.authorization === `Bearer ${wants.password}`;
  if (!admitted) return refused(401, { status: 401, error_type: 'insufficient_scope', detail: 'Unauthorized' });
  if (asked.pathname !== '/api/v1/repository/team/shop/tag/' || asked.searchParams.get('onlyActiveTags') !== 'true') return refused(404);
  const { page, items, more } = numbered(tags, asked, { key: 'limit', most: 100, usual: 50 });
  return json({
    tags: items.map(({ tag, digest, at }) => ({
      ...{ name: tag, reversion: false, start_ts: at / 1000, manifest_digest: digest, is_manifest_list: true, size: null },
      last_modified: new Date(at).toUTCString().replace('GMT', '-0000'),
    })),
    page,
    has_additional: more,
  });
};
