import type { Answers } from './double.ts';
import { askedOf, json, numbered, refused, withPage } from './double.ts';

/** GitHub's REST API 2022-11-28, "List package versions": 100 a page at most, Link, a token always; below `orgs` or `users`, only one of which knows an owner. */
export const githubAnswers =
  (owner: 'orgs' | 'users' = 'orgs'): Answers =>
  ({ tags, wants }, seen, url) => {
    const asked = askedOf(seen);
    if (seen.headers.authorization === undefined) return refused(401, { message: 'Requires authentication' });
    if (seen.headers.authorization !== `Bearer ${wants?.password ?? 'anything'}`) return refused(401, { message: 'Bad credentials' });
    const known = ['shop', 'shop%2Fweb'].map((name) => `/${owner}/team/packages/container/${name}/versions`);
    if (!known.includes(asked.pathname)) return refused(404, { message: 'Package not found.' });
    const { page, items, more } = numbered(tags, asked, { key: 'per_page', most: 100, usual: 30 });
    const link = { link: `<${url}${withPage(asked, page + 1)}>; rel="next", <${url}${withPage(asked, 99)}>; rel="last"` };
    return json(
      items.map(({ tag, digest, at }, index) => ({
        ...{ id: index, name: digest, url: `${url}/versions/${index}`, package_html_url: url, html_url: url },
        ...{
          created_at: new Date(at).toISOString().replace('.000Z', 'Z'),
          updated_at: new Date(at + 9000).toISOString().replace('.000Z', 'Z'),
        },
        metadata: { package_type: 'container', container: { tags: [tag] } },
      })),
      more ? link : {},
    );
  };
