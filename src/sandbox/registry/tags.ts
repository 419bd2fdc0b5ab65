import type { Answered, Asked } from './answer.ts';
import { json, refuse } from './answer.ts';
import type { Route } from './routes.ts';
import type { Store } from './store.ts';

/** `GET tags/list`: sorted, `n` and `last` honoured, a relative Link while there is more; `pageSize` is the most that a page holds. */
export function answerTags(store: Store, asked: Asked, route: Route, pageSize: number): Answered {
  if (asked.method !== 'GET') return refuse(405, 'UNSUPPORTED', 'the operation is unsupported');
  const repository = store.repositories.get(route.repository);
  if (repository === undefined) return refuse(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  const wanted = asked.url.searchParams.get('n');
  if (wanted !== null && !/^\d+$/.test(wanted)) return refuse(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested');
  const size = Math.min(wanted === null ? Infinity : Number(wanted), pageSize);
  const last = asked.url.searchParams.get('last');
  const rest = [...repository.tags.keys()].sort().filter((tag) => last === null || tag > last);
  const page = rest.slice(0, size);
  const end = page.at(-1);
  const more = rest.length > page.length && end !== undefined;
  const next = `/v2/${route.repository}/tags/list?last=${end ?? ''}&n=${size}`;
  return json(
    200,
    { name: route.repository, tags: repository.tags.size === 0 ? null : page },
    more ? { link: `<${next}>; rel="next"` } : {},
  );
}
