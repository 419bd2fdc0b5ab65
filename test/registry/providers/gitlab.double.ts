import type { Answers } from './double.ts';
import { askedOf, bearerGate, json, refused } from './double.ts';

/** GitLab's registry API, "List repository tags": by name, 1,000 a page at most, a marker as `last`, behind the registry's Bearer login. */
export const gitlabAnswers: Answers = (held, seen, url) => {
  const asked = askedOf(seen);
  const gated = bearerGate(held, seen, { url, scope: 'repository:team/shop:pull' });
  if (gated !== undefined) return gated;
  if (asked.pathname !== '/gitlab/v1/repositories/team/shop/tags/list/') {
    return refused(404, { errors: [{ code: 'NAME_UNKNOWN', message: 'repository name not known to registry' }] });
  }
  const count = Number(asked.searchParams.get('n') ?? 100);
  if (count > 1000) return refused(400, { errors: [{ code: 'INVALID_QUERY_PARAMETER_VALUE', message: 'n' }] });
  const last = Buffer.from(asked.searchParams.get('last') ?? '', 'base64').toString('utf8');
  const behind = held.tags.toSorted((left, right) => (left.tag < right.tag ? -1 : 1)).filter(({ tag }) => tag > last);
  const items = behind.slice(0, count);
  const marker = Buffer.from(items.at(-1)?.tag ?? '').toString('base64');
  const link = `<${url}${asked.pathname}?before=x&n=${count}>; rel="previous", <${url}${asked.pathname}?last=${encodeURIComponent(marker)}&n=${count}>; rel="next"`;
  return json(
    items.map(({ tag, digest, at }) => ({
      ...{ name: tag, digest, config_digest: digest, media_type: 'application/vnd.oci.image.manifest.v1+json', size_bytes: 1 },
      ...{ created_at: new Date(at - 9000).toISOString(), published_at: new Date(at).toISOString() },
    })),
    behind.length > count ? { link } : {},
  );
};
