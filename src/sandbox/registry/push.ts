import { isBody } from '../../kernel/json.ts';
import { imageType, manifestTypes } from './media-types.ts';
import { sha256 } from './store.ts';
import { tarOfOneFile } from './tar.ts';

type PushCredential = { readonly username: string; readonly password: string };

export type PushedImage = {
  readonly labels?: Readonly<Record<string, string>>;
  /** RFC 3339; part of the image, so part of its digest. */
  readonly created?: string;
  /** Content of the layer; the tag where absent. The same seed, labels and time give the same digest. */
  readonly seed?: string;
  readonly credential?: PushCredential;
};

// A registry hands out no manifest whose type is not named, also where anything is accepted.
const accept = manifestTypes.join(', ');

type Target = { readonly base: string; readonly repository: string; readonly send: typeof fetch };

/** Builds an image of one layer and pushes it as a container client would; `registryUrl` is `http://127.0.0.1:PORT`. */
export async function pushImage(
  registryUrl: string,
  repository: string,
  tag: string,
  image: PushedImage = {},
): Promise<{ digest: string }> {
  const target = targetOf(registryUrl, repository, image.credential);
  const layer = tarOfOneFile('seed', image.seed ?? tag);
  const config = Buffer.from(JSON.stringify(configOf(sha256(layer), image)));
  await Promise.all([pushBlob(target, layer), pushBlob(target, config)]);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: imageType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(config), size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sha256(layer), size: layer.length }],
  });
  return pushManifest(target, tag, { mediaType: imageType, text: manifest });
}

/** Puts the manifest behind one tag under another one too. */
export async function retag(
  registryUrl: string,
  repository: string,
  tags: { readonly from: string; readonly to: string },
  credential?: PushCredential,
): Promise<{ digest: string }> {
  const target = targetOf(registryUrl, repository, credential);
  const found = await target.send(`${target.base}/manifests/${tags.from}`, { headers: { accept } });
  if (found.status !== 200) throw new Error(`${repository}:${tags.from} cannot be read: ${found.status}`);
  const mediaType = found.headers.get('content-type') ?? imageType;
  return pushManifest(target, tags.to, { mediaType, text: await found.text() });
}

function configOf(layerDigest: string, image: PushedImage): unknown {
  const created = image.created ?? '2026-01-01T00:00:00Z';
  return {
    created,
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: image.labels ?? {} },
    rootfs: { type: 'layers', diff_ids: [layerDigest] },
    history: [{ created }],
  };
}

async function pushBlob(target: Target, bytes: Buffer): Promise<void> {
  const digest = sha256(bytes);
  const held = await target.send(`${target.base}/blobs/${digest}`, { method: 'HEAD' });
  if (held.status === 200) return;
  const begun = await target.send(`${target.base}/blobs/uploads/`, { method: 'POST' });
  const location = new URL(begun.headers.get('location') ?? '', target.base);
  location.searchParams.set('digest', digest);
  const put = await target.send(location, { method: 'PUT', body: new Uint8Array(bytes) });
  if (put.status !== 201) throw new Error(`blob ${digest} was refused: ${put.status} ${await put.text()}`);
}

async function pushManifest(
  target: Target,
  tag: string,
  manifest: { readonly mediaType: string; readonly text: string },
): Promise<{ digest: string }> {
  const headers = { 'content-type': manifest.mediaType };
  const put = await target.send(`${target.base}/manifests/${tag}`, { method: 'PUT', headers, body: manifest.text });
  if (put.status !== 201) throw new Error(`${target.repository}:${tag} was refused: ${put.status} ${await put.text()}`);
  return { digest: put.headers.get('docker-content-digest') ?? sha256(manifest.text) };
}

function targetOf(registryUrl: string, repository: string, credential: PushCredential | undefined): Target {
  return { base: `${registryUrl}/v2/${repository}`, repository, send: credential === undefined ? fetch : loggedIn(repository, credential) };
}

/** A fetch that sends the credential, and changes it for a token where the registry wants one. */
function loggedIn(repository: string, credential: PushCredential): typeof fetch {
  const basic = `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
  return async (input, init) => {
    const ask = (authorization: string): Promise<Response> =>
      fetch(input, { ...init, headers: { ...plain(init?.headers), authorization } });
    const first = await ask(basic);
    const challenge = first.headers.get('www-authenticate') ?? '';
    const realm = /realm="([^"]+)"/.exec(challenge)?.[1];
    if (first.status !== 401 || realm === undefined || !challenge.startsWith('Bearer')) return first;
    const scope = encodeURIComponent(`repository:${repository}:pull,push`);
    const granted = await fetch(`${realm}?service=sandbox&scope=${scope}`, { headers: { authorization: basic } });
    const answer: unknown = await granted.json();
    const token = isBody(answer) ? (answer['token'] ?? answer['access_token']) : undefined;
    return ask(`Bearer ${typeof token === 'string' ? token : ''}`);
  };
}

function plain(headers: RequestInit['headers']): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}
