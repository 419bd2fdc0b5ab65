import type { Answered, Asked } from './answer.ts';
import { json, plain, refuse } from './answer.ts';
import type { Route } from './routes.ts';
import type { Store } from './store.ts';

/**
 * `GET tags/list`: sorted, `n` and `last` honoured, a relative Link while there is more; `pageSize` is the most that a page holds. Where
 * `last` is no tag, distribution 3.0 leaves out the tag that stands in its place; so does this.
 */
export function answerTags(store: Store, asked: Asked, route: Route, pageSize: number): Answered {
  if (asked.method !== 'GET') return plain(405);
  const repository = store.repositories.get(route.repository);
  // A repository is known by its first tag, also after that is gone.
  if (repository?.tagged !== true) return refuse(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  const asksFor = asked.url.searchParams.get('n') ?? '';
  if (!/^\d*$/.test(asksFor)) return refuse(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested');
  const size = Math.min(asksFor === '' ? Infinity : Number(asksFor), pageSize);
  const rest = behind([...repository.tags.keys()].sort(), asked.url.searchParams.get('last') ?? '');
  const page = rest.slice(0, size);
  return json(200, { name: route.repository, tags: page }, page.length < rest.length ? linkBehind(route.repository, page, size) : {});
}

function linkBehind(repository: string, page: readonly string[], size: number): Readonly<Record<string, string>> {
  const last = page.at(-1);
  return last === undefined ? {} : { link: `</v2/${repository}/tags/list?last=${last}&n=${size}>; rel="next"` };
}

function behind(sorted: readonly string[], last: string): readonly string[] {
  if (last === '') return sorted;
  const place = sorted.findIndex((tag) => tag >= last);
  return place < 0 ? [] : sorted.slice(place + 1);
}
