import * as z from 'zod';
import { form } from './form.ts';

function ecrHost(account: string, region: string): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** Amazon ECR as EventBridge has it (Amazon ECR events and EventBridge), sent by an API destination. */
export const eventBridge = form(
  'Amazon EventBridge ("detail-type": "ECR Image Action")',
  z.looseObject({
    'detail-type': z.literal('ECR Image Action'),
    account: z.string(),
    region: z.string(),
    detail: z.looseObject({
      result: z.string().optional(),
      'action-type': z.string(),
      'repository-name': z.string(),
      'image-tag': z.string().optional(),
    }),
  }),
  ({ account, region, detail }) => {
    const pushed = detail['action-type'] === 'PUSH' && (detail.result ?? 'SUCCESS') === 'SUCCESS';
    return pushed && (detail['image-tag'] ?? '') !== '' ? [`${ecrHost(account, region)}/${detail['repository-name']}`] : [];
  },
);

const Resources = z.array(z.looseObject({ resource_url: z.string() })).max(10_000);

/**
 * CloudEvents 1.0: of Harbor, whose resources are written out; of Amazon ECR by the input transformer that Image Updater's users have
 * (`source` is `urn:aws:ecr:REGION:ACCOUNT:repository/NAME`); and of anybody who names a registry as `source` and a repository in `data`.
 */
export const cloudEvents = form(
  'CloudEvents ("specversion")',
  z.looseObject({
    specversion: z.string(),
    type: z.string(),
    source: z.string(),
    data: z.looseObject({ repository: z.unknown().optional(), resources: Resources.optional() }),
  }),
  ({ type, source, data }) => {
    const [, region, account, repository] = /^urn:aws:ecr:([a-z0-9-]+):(\d+):repository\/(.+)$/.exec(source) ?? [];
    if (region !== undefined && account !== undefined) return [`${ecrHost(account, region)}/${repository ?? ''}`];
    if (type === 'harbor.artifact.pushed') return (data.resources ?? []).map((resource) => resource.resource_url);
    if (!/container|image/.test(type)) return [];
    if (typeof data.repository !== 'string') return [{ passedOver: 'the event because data.repository is no text' }];
    return [`${source.replace(/^https?:\/\//i, '').replace(/\/+$/, '')}/${data.repository}`];
  },
);

const Push = z.looseObject({ action: z.string(), tag: z.string().optional() });

/** Artifact Registry and Container Registry of Google: a push subscription of Pub/Sub to the topic `gcr` (Configuring Pub/Sub notifications). */
export const pubSub = form('Google Pub/Sub ("message")', z.looseObject({ message: z.looseObject({ data: z.string() }) }), ({ message }) => {
  const told = jsonIn(Buffer.from(message.data, 'base64').toString('utf8'));
  if (told === undefined) return [{ passedOver: 'message.data because it is no JSON in base64' }];
  const push = Push.safeParse(told);
  return push.success && push.data.action === 'INSERT' && push.data.tag !== undefined ? [push.data.tag] : [];
});

/** The JSON of a text; undefined where it is none. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
