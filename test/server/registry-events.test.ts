import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import { hintsOf } from '../../src/server/registry-events.ts';
import { isSender } from '../../src/server/sender.ts';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const base64 = (value: unknown): string => json(value).toString('base64');
const looksAt = (value: unknown, told = {}): unknown => {
  const hints = hintsOf(value, told);
  return hints.kind === 'read' ? hints.pushed.flat() : hints.because;
};

const harbor = (type: string) => ({
  type,
  occur_at: 1_700_000_000,
  operator: 'admin',
  event_data: {
    resources: [
      { digest: 'sha256:1', tag: '1.4.0', resource_url: 'harbor.example.com/team/shop:1.4.0' },
      { digest: `sha256:${'a'.repeat(64)}`, resource_url: `harbor.example.com/team/shop@sha256:${'a'.repeat(64)}` },
      { digest: 'sha256:2', tag: '2.0.0', resource_url: 'harbor.example.com:8443/team/web:2.0.0' },
    ],
    repository: { name: 'shop', namespace: 'team', repo_full_name: 'team/shop', repo_type: 'private' },
  },
});

const github = (action: string, type: string, key = 'package') => ({
  action,
  [key]: {
    ...{ name: 'shop', namespace: 'Team', package_type: type, owner: { login: 'Team' } },
    package_version: { container_metadata: { tag: { name: '1.4.0' } } },
  },
});

const eventBridge = (detail: object, region = 'eu-central-1') => ({
  ...{ version: '0', 'detail-type': 'ECR Image Action', source: 'aws.ecr', account: '123456789012', region },
  detail: { result: 'SUCCESS', 'repository-name': 'team/shop', 'action-type': 'PUSH', 'image-tag': '1.4.0', ...detail },
});

const jfrog = (event_type: string) => ({
  ...{ domain: 'docker', event_type, subscription_key: 'hook', jpd_origin: 'https://shop.jfrog.io', source: 'jfrog/x' },
  data: { repo_key: 'docker-local', path: 'team/shop/1.4.0/manifest.json', image_name: 'team/shop', tag: '1.4.0', size: 3 },
});

describe('a push that a registry tells of', () => {
  it.each<[string, unknown, readonly string[]]>([
    [
      'Docker Hub',
      {
        callback_url: 'x',
        push_data: { tag: '1.4.0', pusher: 'a' },
        repository: { repo_name: 'team/shop', namespace: 'team', name: 'shop' },
      },
      ['docker.io/team/shop'],
    ],
    ['GitHub, by package', github('published', 'CONTAINER'), ['ghcr.io/team/shop']],
    ['GitHub, by registry_package', github('updated', 'docker', 'registry_package'), ['ghcr.io/team/shop']],
    ['Harbor', harbor('PUSH_ARTIFACT'), ['harbor.example.com/team/shop', 'harbor.example.com:8443/team/web']],
    [
      'Harbor, in CloudEvents',
      {
        ...{ specversion: '1.0', type: 'harbor.artifact.pushed', source: '/projects/1/webhook/policies/15' },
        data: { resources: harbor('').event_data.resources, repository: { name: 'shop' } },
      },
      ['harbor.example.com/team/shop', 'harbor.example.com:8443/team/web'],
    ],
    [
      'Quay',
      { name: 'shop', repository: 'team/shop', docker_url: 'quay.io/team/shop', updated_tags: ['1.4.0', 'latest'] },
      ['quay.io/team/shop'],
    ],
    ['Quay, older', { repository: 'team/shop', docker_url: 'quay.io/team/shop', updated_tags: { latest: 'an-id' } }, ['quay.io/team/shop']],
    ['ECR, as EventBridge has it', eventBridge({}), ['123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/shop']],
    ['ECR in China', eventBridge({}, 'cn-north-1'), ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/shop']],
    [
      "ECR, through Image Updater's input transformer",
      {
        ...{ specversion: '1.0', type: 'com.amazon.ecr.image.push', source: 'urn:aws:ecr:us-east-1:123456789012:repository/team/shop' },
        data: { repositoryName: 'team/shop', imageTag: '1.4.0', registryId: '123456789012' },
      },
      ['123456789012.dkr.ecr.us-east-1.amazonaws.com/team/shop'],
    ],
    [
      'anybody in CloudEvents',
      {
        specversion: '1.0',
        type: 'container.image.push',
        source: 'https://registry.example.com',
        data: { repository: 'team/shop', tag: '1' },
      },
      ['registry.example.com/team/shop'],
    ],
    [
      'Artifact Registry',
      { message: { data: base64({ action: 'INSERT', digest: 'x', tag: 'eu-docker.pkg.dev/project/repo/shop:1.4.0' }) }, subscription: 's' },
      ['eu-docker.pkg.dev/project/repo/shop'],
    ],
    [
      'Azure Container Registry',
      { action: 'push', target: { repository: 'team/shop', tag: '1.4.0', digest: 'sha256:1' }, request: { host: 'shop.azurecr.io' } },
      ['shop.azurecr.io/team/shop'],
    ],
    [
      'Artifactory, whose registry is a path or a sub-domain',
      jfrog('pushed'),
      ['shop.jfrog.io/docker-local/team/shop', 'docker-local.shop.jfrog.io/team/shop'],
    ],
    [
      'Alibaba Cloud, under each name of the region',
      { push_data: { tag: '1.4.0', digest: 'x' }, repository: { repo_full_name: 'team/shop', region: 'cn-hangzhou' } },
      ['registry', 'registry-vpc', 'registry-intl', 'registry-intl-vpc'].map((host) => `${host}.cn-hangzhou.aliyuncs.com/team/shop`),
    ],
  ])('%s', (_, notification, images) => {
    expect(looksAt(notification)).toEqual(images);
  });

  it("Alibaba Cloud, at an enterprise's own host", () => {
    const notification = { push_data: { tag: '1.4.0' }, repository: { repo_full_name: 'team/shop', region: 'cn-hangzhou' } };
    const host = 'shop-registry.cn-hangzhou.cr.aliyuncs.com';
    for (const registry of [host, `https://${host}`, `${host}/`, ` HTTPS://${host.toUpperCase()}/team `]) {
      expect(looksAt(notification, { registry })).toEqual([`${host}/team/shop`]);
    }
    expect(looksAt(notification, { registry: '' })).toEqual(looksAt(notification));
  });

  it('answers the names of one image together, and each image once', () => {
    const event = { action: 'push', target: { repository: 'team/shop', tag: '1' }, request: { host: 'r.example.com' } };
    expect(hintsOf({ events: [event, event] })).toEqual({ kind: 'read', pushed: [['r.example.com/team/shop']], passedOver: [] });
    expect(hintsOf(jfrog('pushed'))).toMatchObject({ pushed: [{ length: 2 }] });
  });

  it.each<[string, unknown, string]>([
    ['Docker Hub', { push_data: { tag: '1' }, repository: { repo_name: 'Team/Shop' } }, 'docker.io/team/shop'],
    ['Quay', { docker_url: 'Quay.io/Team/Shop', updated_tags: ['1'] }, 'quay.io/team/shop'],
    [
      'a registry',
      { events: [{ action: 'push', target: { repository: 'Team/Shop', tag: 'A' }, request: { host: 'R:5000' } }] },
      'r:5000/team/shop',
    ],
  ])('%s: a name in upper case is one in lower case', (_, notification, image) => {
    expect(looksAt(notification)).toEqual([image]);
  });

  it.each(['nowhere', 'https://', '!.example.com', 'a b.example.com'])('refuses %j as the registry of an address', (registry) => {
    expect(hintsOf({ events: [] }, { registry })).toEqual({
      kind: 'refused',
      because: `registry_url: got ${JSON.stringify(registry)}, expected the host of a registry, such as registry.example.com`,
    });
  });
});

describe('what is no push of a tag', () => {
  it.each<[string, unknown]>([
    ["GitHub's ping", { zen: 'Keep it logically awesome.', hook_id: 1, hook: {} }],
    ["Azure Container Registry's ping", { id: 'x', timestamp: 't', action: 'ping', target: {}, request: { host: 'shop.azurecr.io' } }],
    ['a package that is no image', github('published', 'npm')],
    ['a package that was deleted', github('deleted', 'CONTAINER')],
    ['a pull from Harbor', harbor('PULL_ARTIFACT')],
    ['Quay without tags', { docker_url: 'quay.io/team/shop', updated_tags: [] }],
    ['a deletion in ECR', eventBridge({ 'action-type': 'DELETE' })],
    ['a push to ECR that failed', eventBridge({ result: 'FAILURE' })],
    ['a push to ECR by digest', eventBridge({ 'image-tag': '' })],
    ['another CloudEvent', { specversion: '1.0', type: 'com.example.deploy', source: 'x', data: { repository: 'team/shop' } }],
    ['a deletion in Artifact Registry', { message: { data: base64({ action: 'DELETE', tag: 'eu-docker.pkg.dev/p/r/shop:1' }) } }],
    [
      'a push to Artifact Registry by digest',
      { message: { data: base64({ action: 'INSERT', digest: 'eu-docker.pkg.dev/p/r/shop@sha256:1' }) } },
    ],
    ['a message that is no JSON', { message: { data: Buffer.from('{').toString('base64') } }],
    ['a promotion in Artifactory', jfrog('promoted')],
    ['Artifactory at no address', { ...jfrog('pushed'), jpd_origin: 'nowhere' }],
    ['a name outside of the grammar', { push_data: { tag: '1' }, repository: { repo_name: '../Shop' } }],
    ['a host that would be read as a repository of Docker Hub', { docker_url: 'quay/team/shop', updated_tags: ['1'] }],
  ])('is passed over: %s', (_, notification) => {
    expect(looksAt(notification)).toEqual([]);
  });
});

describe('what cannot be an image', () => {
  const passedOver = (notification: unknown): unknown => {
    const hints = hintsOf(notification);
    return hints.kind === 'read' ? hints.passedOver : hints.because;
  };

  it.each<[string, unknown, string]>([
    [
      'a host without dot or port',
      { docker_url: 'quay/team/shop', updated_tags: ['1'] },
      '"quay/team/shop" because "quay" is no host with a dot or a port',
    ],
    [
      'a name outside of the grammar',
      { push_data: { tag: '1' }, repository: { repo_name: '../Shop' } },
      '"docker.io/../Shop" because it is no name of an image',
    ],
    ['a message that is no base64', { message: { data: '%' } }, 'message.data because it is no JSON in base64'],
    [
      'a message that is no JSON',
      { message: { data: Buffer.from('{').toString('base64') } },
      'message.data because it is no JSON in base64',
    ],
    ['Artifactory at no address', { ...jfrog('pushed'), jpd_origin: 'nowhere' }, 'data.image_name because jpd_origin is no address'],
    [
      'Alibaba Cloud without its region',
      { push_data: { tag: '1' }, repository: { repo_full_name: 'team/shop' } },
      'repository.repo_full_name because neither repository.region nor registry_url names its registry',
    ],
    [
      'a CloudEvent without a repository',
      { specversion: '1.0', type: 'container.image.push', source: 'https://registry.example.com', data: {} },
      'the event because data.repository is no text',
    ],
    [
      'an event of another shape',
      { events: [{ action: 'push' }] },
      'an event because action, target.repository or request.host is missing',
    ],
  ])('%s is told', (_, notification, sentence) => {
    expect(passedOver(notification)).toEqual([sentence]);
  });

  it('is told ten times at most, and how often more', () => {
    const resources = Array.from({ length: 12 }, (_, number) => ({ resource_url: `harbor/${number}` }));
    expect(passedOver({ type: 'PUSH_ARTIFACT', event_data: { resources } })).toHaveProperty('10', '2 more');
  });

  it('is nothing that is no push', () => {
    const events = [{ action: 'mount' }, { action: 'delete', target: { digest: 'sha256:1' } }];
    expect(passedOver({ events })).toEqual([]);
  });
});

describe('who may tell of a push', () => {
  const body = json({ events: [] });
  const hmac = createHmac('sha256', 'hush').update(body).digest('hex');
  const isOurs = (headers: Record<string, string>, query = '') =>
    isSender({ headers, query: new URLSearchParams(query) }, body, new Secret('hush'));

  it.each<[string, Record<string, string>, string?]>([
    ['Harbor, with the secret alone', { authorization: 'hush' }],
    ['Harbor, signed as Image Updater v0 wanted it', { authorization: `sha256=${hmac}` }],
    ['Artifactory, with the secret', { 'x-jfrog-event-auth': 'hush' }],
    ['Artifactory, signed', { 'x-jfrog-event-auth': hmac }],
    ['EventBridge', { 'x-webhook-secret': 'hush' }],
    ['GitHub', { 'x-hub-signature-256': `sha256=${hmac}` }],
    ['Docker Hub and Quay, in the address', {}, 'type=docker.io&secret=hush'],
  ])('%s', (_, headers, query) => {
    expect(isOurs(headers, query)).toBe(true);
  });

  it.each<[string, Record<string, string>, string?]>([
    ['another secret', { authorization: 'husk' }],
    ['a signature of another body', { 'x-jfrog-event-auth': createHmac('sha256', 'hush').update('{}').digest('hex') }],
    ['another secret in the address', {}, 'secret=husk'],
    ['an empty one', {}, 'secret='],
    ['nothing', {}],
  ])('not %s', (_, headers, query) => {
    expect(isOurs(headers, query)).toBe(false);
  });
});
