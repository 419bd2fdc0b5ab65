import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call that arrived. */
export type Called = {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
};

export type Image = { readonly digest: string; readonly tags: readonly string[]; readonly pushedAt: number };

/** An exception as the service answers it: its name, its message, and the HTTP status (400 where absent). */
export type Refusal = { readonly name: string; readonly message: string; readonly status?: number };

export type ControlApi = {
  readonly url: string;
  readonly called: readonly Called[];
  /** What the next calls meet, one each; then the service answers again. `hang` never answers, `none` answers as ever. */
  readonly faults: (Refusal | 'hang' | 'none')[];
  stop(): Promise<void>;
};

type Registry = {
  readonly account?: string;
  readonly password: () => string;
  /** How long tokens live, in ms. AWS: twelve hours. */
  readonly lifeMs?: number;
  readonly now?: () => number;
  readonly repositories?: Readonly<Record<string, readonly Image[]>>;
};

/**
 * Amazon ECR's control API on loopback, as its reference documents it (API version 2015-09-21): AWS JSON 1.1, times as epoch seconds, images
 * in no order, `maxResults` 1 to 1,000 and 100 where absent, opaque `nextToken`, exceptions by header and `__type`.
 */
export async function startControlApi(registry: Registry): Promise<ControlApi> {
  const called: Called[] = [];
  const faults: ControlApi['faults'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).replace('AmazonEC2ContainerRegistry_V20150921.', '');
      const input = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
      called.push({ operation, input, headers: request.headers });
      const fault = faults.shift();
      if (fault === 'hang') return;
      answer(response, fault === undefined || fault === 'none' ? perform(registry, operation, input) : fault);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, called, faults, stop };
}

type Performed = Refusal | { readonly output: object };

function answer(response: ServerResponse, performed: Performed): void {
  const type = { 'content-type': 'application/x-amz-json-1.1' };
  if ('output' in performed) {
    response.writeHead(200, type).end(JSON.stringify(performed.output));
    return;
  }
  const { name, message, status = 400 } = performed;
  response.writeHead(status, { ...type, 'x-amzn-errortype': name }).end(JSON.stringify({ __type: name, message }));
}

function perform(registry: Registry, operation: string, input: Readonly<Record<string, unknown>>): Performed {
  if (operation === 'GetAuthorizationToken') return { output: authorization(registry) };
  if (operation === 'DescribeImages') return describe(registry, input);
  return { name: 'UnknownOperationException', message: operation };
}

function authorization({ password, lifeMs = 12 * 3600e3, now = Date.now }: Registry): object {
  const authorizationToken = Buffer.from(`AWS:${password()}`).toString('base64');
  return { authorizationData: [{ authorizationToken, expiresAt: (now() + lifeMs) / 1000, proxyEndpoint: 'https://unused.example' }] };
}

function describe(registry: Registry, input: Readonly<Record<string, unknown>>): Performed {
  const { registryId, repositoryName, maxResults = 100, nextToken = '', filter } = input;
  const images = registry.repositories?.[String(repositoryName)];
  if (images === undefined || (registry.account ?? registryId) !== registryId) {
    const message = `The repository with name '${String(repositoryName)}' does not exist in the registry with id '${String(registryId)}'`;
    return { name: 'RepositoryNotFoundException', message };
  }
  const most = Number(maxResults);
  if (most < 1 || most > 1000) {
    const message = `Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'`;
    return { name: 'InvalidParameterException', message };
  }
  return {
    output: pageOf(images, { tagged: JSON.stringify(filter) === '{"tagStatus":"TAGGED"}', most, cursor: String(nextToken) }, input),
  };
}

type Page = { readonly tagged: boolean; readonly most: number; readonly cursor: string };

function pageOf(
  images: readonly Image[],
  { tagged, most, cursor }: Page,
  { registryId, repositoryName }: Readonly<Record<string, unknown>>,
) {
  const wanted = images.filter(({ tags }) => !tagged || tags.length > 0);
  const from = Number(Buffer.from(cursor, 'base64url').toString('utf8') || '0');
  const imageDetails = wanted.slice(from, from + most).map(({ digest, tags, pushedAt }) => ({
    ...{ registryId, repositoryName, imageDigest: digest, imagePushedAt: pushedAt / 1000, imageSizeInBytes: 1 },
    ...(tags.length === 0 ? {} : { imageTags: tags }),
  }));
  const more = from + most < wanted.length ? { nextToken: Buffer.from(String(from + most)).toString('base64url') } : {};
  return { imageDetails, ...more };
}
