import type { Answers } from './double.ts';
import { askedOf, basicOf, json, numbered, refused, withPage } from './double.ts';

/** Harbor API v2.0, listArtifacts: 100 a page at most, Link and X-Total-Count; artifacts, each with its tags. */
export const harborAnswers: Answers = ({ tags, wants }, seen) => {
  const asked = askedOf(seen);
  const errors = (code: string) => ({ errors: [{ code, message: code.toLowerCase() }] });
  if (wants !== undefined && seen.headers.authorization !== basicOf(wants)) return refused(401, errors('UNAUTHORIZED'));
  const known = ['/api/v2.0/projects/team/repositories/shop/artifacts', '/api/v2.0/projects/team/repositories/shop%252Fweb/artifacts'];
  if (!known.includes(asked.pathname)) return refused(404, errors('NOT_FOUND'));
  const { page, items, more } = numbered(tags, asked, { key: 'page_size', most: 100, usual: 10 });
  const link = { link: `<${withPage(asked, page + 1)}>; rel="next"` };
  return json(
    items.map(({ tag, digest, at }) => ({
      ...{ id: 1, type: 'IMAGE', digest, push_time: new Date(at - 9000).toISOString(), pull_time: '0001-01-01T00:00:00.000Z' },
      tags: [{ id: 1, name: tag, push_time: new Date(at).toISOString(), pull_time: '0001-01-01T00:00:00.000Z', immutable: false }],
    })),
    { 'x-total-count': String(tags.length), ...(more ? link : {}) },
  );
};
