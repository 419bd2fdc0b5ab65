import * as z from 'zod';
import { form } from './form.ts';

/** Docker Hub (Webhooks). */
export const dockerHub = form(
  'Docker Hub ("push_data", "repository.repo_name")',
  z.looseObject({ push_data: z.looseObject({ tag: z.string() }), repository: z.looseObject({ repo_name: z.string() }) }),
  ({ repository }) => [`docker.io/${repository.repo_name}`],
);

/** The names under which a region of Alibaba Cloud serves the same repositories: over the internet, inside a VPC, and for foreign accounts. */
const aliyunHosts = ['registry', 'registry-vpc', 'registry-intl', 'registry-intl-vpc'];

/** Container Registry of Alibaba Cloud: the event does not name an enterprise's own host, so the address may (`registry_url`). */
export const aliyun = form(
  'Alibaba Cloud ("push_data", "repository.repo_full_name")',
  z.looseObject({
    push_data: z.looseObject({ tag: z.string() }),
    repository: z.looseObject({ repo_full_name: z.string(), region: z.string().optional() }),
  }),
  ({ repository: { repo_full_name: name, region = '' } }, { registry }) => {
    if (registry !== undefined) return [`${registry}/${name}`];
    if (region === '')
      return [{ passedOver: 'repository.repo_full_name because neither repository.region nor registry_url names its registry' }];
    return [{ names: aliyunHosts.map((host) => `${host}.${region}.aliyuncs.com/${name}`) }];
  },
);

const Package = z
  .looseObject({
    package_type: z.string(),
    name: z.string(),
    namespace: z.string().default(''),
    owner: z.looseObject({ login: z.string() }).optional(),
  })
  .transform(({ package_type: type, name, namespace, owner }) => ({ type, path: `${owner?.login ?? namespace}/${name}` }));

/** GitHub: the events `package` and `registry_package` (Webhook events and payloads). */
export const github = form(
  'GitHub ("package" or "registry_package")',
  z.union([
    z.looseObject({ action: z.string(), package: Package }).transform((event) => ({ action: event.action, ...event.package })),
    z
      .looseObject({ action: z.string(), registry_package: Package })
      .transform((event) => ({ action: event.action, ...event.registry_package })),
  ]),
  ({ action, type, path }) => (/^(?:container|docker)$/i.test(type) && /^(?:published|updated)$/.test(action) ? [`ghcr.io/${path}`] : []),
);

/** What GitHub sends when a hook was made. */
export const ping = form("GitHub's ping", z.looseObject({ zen: z.string(), hook_id: z.number() }), () => []);

/** Harbor (Configure Webhook Notifications, the default format): several resources at once. */
export const harbor = form(
  'Harbor ("event_data.resources")',
  z.looseObject({
    type: z.string(),
    event_data: z.looseObject({ resources: z.array(z.looseObject({ resource_url: z.string() })).max(10_000) }),
  }),
  ({ type, event_data: { resources } }) =>
    type === 'PUSH_ARTIFACT' || type === 'pushImage' ? resources.map((resource) => resource.resource_url) : [],
);

/** Quay (Repository notifications, "Push to repository"). */
export const quay = form(
  'Quay ("docker_url", "updated_tags")',
  z.looseObject({ docker_url: z.string(), updated_tags: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]) }),
  ({ docker_url, updated_tags }) => (Object.keys(updated_tags).length === 0 ? [] : [docker_url]),
);

/** Artifactory (Event types, domain docker): the registry may be a path or a sub-domain of the platform's address. */
export const jfrog = form(
  'Artifactory ("domain": "docker")',
  z.looseObject({
    domain: z.literal('docker'),
    event_type: z.string(),
    data: z.looseObject({ repo_key: z.string(), image_name: z.string() }),
    jpd_origin: z.string(),
  }),
  ({ event_type, data, jpd_origin }) => {
    if (event_type !== 'pushed') return [];
    if (!URL.canParse(jpd_origin)) return [{ passedOver: 'data.image_name because jpd_origin is no address' }];
    const { host } = new URL(jpd_origin);
    return [{ names: [`${host}/${data.repo_key}/${data.image_name}`, `${data.repo_key}.${host}/${data.image_name}`] }];
  },
);
