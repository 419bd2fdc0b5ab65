import type { ImageName } from '../kernel/image.ts';
import { parseImageReference } from '../kernel/image.ts';
import { cloudEvents, eventBridge, pubSub } from './registry-events/clouds.ts';
import { acr, acrPing, distribution } from './registry-events/distribution.ts';
import type { Form, Mention } from './registry-events/form.ts';
import { aliyun, dockerHub, github, harbor, jfrog, ping, quay } from './registry-events/products.ts';

const forms: readonly Form[] = [
  ...[distribution, acr, acrPing, harbor, quay, dockerHub, github, ping, jfrog],
  ...[eventBridge, cloudEvents, pubSub, aliyun],
];

/** How much is told of what was passed over: sentences, and characters of a name in each. */
const mostPassedOver = 10;
const shownCharacters = 100;

export type Hints =
  | {
      readonly kind: 'read';
      /** Each image once, under every name by which its registry may serve it. */
      readonly pushed: readonly (readonly ImageName[])[];
      /** What was pushed and cannot be an image: `... because ...`. */
      readonly passedOver: readonly string[];
    }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Images that a notification of a registry says something new about, whatever the registry. Only pushes of a tag count, and only as a
 * hint to look: the tag itself is not even read on. `registry` is the host beside the notification (`registry_url`), with or without a scheme.
 */
export function hintsOf(notification: unknown, { registry = '' }: { readonly registry?: string } = {}): Hints {
  const host = hostIn(registry);
  if (registry.trim() !== '' && !isHost(host)) {
    return {
      kind: 'refused',
      because: `registry_url: got ${shown(registry)}, expected the host of a registry, such as registry.example.com`,
    };
  }
  const told = host === '' ? {} : { registry: host };
  for (const form of forms) {
    const mentions = form.read(notification, told);
    if (mentions !== undefined) return sorted(mentions.map(readMention));
  }
  return { kind: 'refused', because: `expected a notification of one of these forms: ${forms.map(({ name }) => name).join(', ')}` };
}

type Pushed = { readonly images: readonly ImageName[]; readonly passedOver?: string };

function sorted(pushed: readonly Pushed[]): Hints {
  const named = pushed.filter(({ images }) => images.length > 0).map(({ images }) => [images.join(' '), images] as const);
  const passed = [...new Set(pushed.flatMap(({ passedOver }) => passedOver ?? []))];
  const more = passed.length - mostPassedOver;
  const passedOver = [...passed.slice(0, mostPassedOver), ...(more > 0 ? [`${more} more`] : [])];
  return { kind: 'read', pushed: [...new Map(named).values()], passedOver };
}

function readMention(mention: Mention): Pushed {
  if (typeof mention === 'object' && 'passedOver' in mention) return { images: [], passedOver: mention.passedOver };
  const names = typeof mention === 'string' ? [mention] : mention.names;
  const images = names.flatMap((written) => imageOf(written) ?? []);
  if (images.length > 0) return { images };
  const [first = ''] = names;
  const [host = ''] = first.split('/', 1);
  const why = isHost(host.toLowerCase()) ? 'it is no name of an image' : `${shown(host)} is no host with a dot or a port`;
  return { images, passedOver: `${shown(first)} because ${why}` };
}

/** Registries know only lower case, and hosts no case; some products keep that of an owner in what they tell. */
function imageOf(written: string): ImageName | undefined {
  const text = written.toLowerCase();
  // A host without dot or port would be read as a repository of Docker Hub.
  return isHost(text.split('/', 1)[0] ?? '') ? parseImageReference(text)?.image : undefined;
}

function isHost(text: string): boolean {
  return /^[a-z0-9](?:[\w.-]*[a-z0-9])?(?::\d+)?$/.test(text) && (/[.:]/.test(text) || text === 'localhost');
}

/** The host of an address, with its port: scheme and path are what people add to it. */
function hostIn(address: string): string {
  const [host = ''] = address
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .split('/', 1);
  return host;
}

function shown(text: string): string {
  return JSON.stringify(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}...` : text);
}
