import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

/** A registry of one image with many tags, in a thread of its own, so that its time is not that of who asks. */
export type TagServer = {
  readonly url: string;
  readonly host: string;
  /** Requests so far, by what they asked for. */
  requests(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
};

type Served = { readonly tags: readonly string[]; readonly pageSize: number };

/** Serves the tags in pages, with the Link header of the OCI distribution specification; each tag is an image of its own, built a minute after the one before. */
export async function startTagServer(served: Served): Promise<TagServer> {
  const worker = new Worker(new URL(import.meta.url), { workerData: served });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const host = `127.0.0.1:${port}`;
  return {
    url: `http://${host}`,
    host,
    requests: async () => (await (await fetch(`http://${host}/requests`)).json()) as Record<string, number>,
    async stop() {
      await worker.terminate();
    },
  };
}

const hash = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

type Answer = {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

function serve({ tags, pageSize }: Served): void {
  const counts: Record<string, number> = {};
  const configs = new Map<string, string>();
  const manifests = new Map<string, string>();
  const indexOf = new Map(tags.map((tag, index) => [tag, index]));
  const manifestOf = (tag: string): string => {
    const created = new Date(Date.UTC(2026, 0, 1) + (indexOf.get(tag) ?? 0) * 60_000).toISOString();
    const config = JSON.stringify({ created, architecture: 'amd64', os: 'linux', tag, rootfs: { type: 'layers', diff_ids: [] } });
    configs.set(hash(config), config);
    const described = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: hash(config), size: config.length };
    const text = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: described, layers: [] });
    manifests.set(hash(text), text);
    return text;
  };
  const pages = Array.from({ length: Math.ceil(tags.length / pageSize) }, (_, page) =>
    JSON.stringify({ name: 'team/many', tags: tags.slice(page * pageSize, (page + 1) * pageSize) }),
  );
  const answers: readonly (readonly [kind: string, path: RegExp, answer: (match: RegExpExecArray) => Answer])[] = [
    ['requests', /^\/requests$/, () => ({ status: 200, type: 'application/json', body: JSON.stringify(counts) })],
    [
      'tags',
      /^\/v2\/team\/many\/tags\/list(\?.*)?$/,
      ([, query = '']) => {
        const asked = new URLSearchParams(query);
        // A client may ask behind the last tag of a full page that names no next one.
        const page = asked.has('last') ? pages.length : Number(asked.get('page') ?? 0);
        const link = page + 1 < pages.length ? { link: `</v2/team/many/tags/list?n=${pageSize}&page=${page + 1}>; rel="next"` } : {};
        return {
          status: 200,
          type: 'application/json',
          body: pages[page] ?? JSON.stringify({ name: 'team/many', tags: [] }),
          headers: link,
        };
      },
    ],
    [
      'manifest',
      /^\/v2\/team\/many\/manifests\/(.+)$/,
      ([, reference = '']) => {
        const body = manifests.get(reference) ?? manifestOf(reference);
        return { status: 200, type: manifestType, body, headers: { 'docker-content-digest': hash(body) } };
      },
    ],
    [
      'blob',
      /^\/v2\/team\/many\/blobs\/(.+)$/,
      ([, digest = '']) => ({ status: 200, type: 'application/octet-stream', body: configs.get(digest) ?? '' }),
    ],
  ];
  const server = createServer((request, response) => {
    for (const [kind, path, answer] of answers) {
      const match = path.exec(request.url ?? '');
      if (match === null) continue;
      const route = `${request.method ?? ''} ${kind}`;
      if (kind !== 'requests') counts[route] = (counts[route] ?? 0) + 1;
      const { status, type, body, headers } = answer(match);
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
      return;
    }
    response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}

if (!isMainThread && parentPort !== null) serve(workerData as Served);
