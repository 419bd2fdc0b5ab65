import type { Scripted, Seen } from '../scripted-server.ts';
import type { Answers, Held } from './double.ts';
import { askedOf, json, numbered, refused, withPage } from './double.ts';

const path = '/v2/namespaces/team/repositories/shop/tags';

/** Docker Hub API 2-beta: repository tags by last update, 100 a page at most, `next` with the whole address; private ones are not found without a token. */
export const dockerHubAnswers: Answers = ({ tags, wants }, seen, url) => {
  const asked = askedOf(seen);
  if (asked.pathname === '/v2/auth/token') return logIn(wants, seen);
  const admitted = wants === undefined || seen.headers.authorization === 'Bearer hub-token';
  if (asked.pathname !== path || !admitted) return refused(404, { message: 'object not found', errinfo: {} });
  const newestFirst = tags.toSorted((left, right) => right.at - left.at);
  const { page, items, more } = numbered(newestFirst, asked, { key: 'page_size', most: 100, usual: 10 });
  return json({
    count: tags.length,
    next: more ? `${url}${withPage(asked, page + 1)}` : null,
    previous: null,
    results: items.map(({ tag, digest, at }) => ({
      ...{ id: 1, name: tag, full_size: 1, media_type: 'application/vnd.oci.image.index.v1+json', tag_status: 'active', digest },
      images: [{ architecture: 'amd64', os: 'linux', digest, last_pushed: new Date(at).toISOString() }],
      last_updated: new Date(at + 5000).toISOString(),
      tag_last_pushed: new Date(at).toISOString(),
    })),
  });
};

const logIn = (wants: Held['wants'], { method, body }: Seen): Scripted => {
  const given = JSON.parse(body) as { identifier?: string; secret?: string };
  const right = method === 'POST' && given.identifier === wants?.username && given.secret === wants?.password;
  return right ? json({ access_token: 'hub-token' }) : refused(401, { detail: 'Incorrect authentication credentials' });
};
