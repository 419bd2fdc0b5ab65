import { parseCredential } from '../policy/annotations/credential.ts';
import { providers } from '../registry/providers/table.ts';
import type { RegistryHost } from '../registry/registry-host.ts';
import * as kinds from './field.ts';
import type { Field, Flaw } from './field.ts';

const filled = (expected: string) => ({ accepts: (written: string) => written !== '', expected });

/** The four forms in which credentials are named (Image Updater v0.18). */
export const credentialRule = {
  accepts: (written: string) => parseCredential(written) !== undefined,
  expected: 'secret:NAMESPACE/NAME#FIELD, pullsecret:NAMESPACE/NAME, env:NAME or ext:/PATH',
};

export const prefixRule = {
  accepts: (written: string) => /^[\w.-]+(?::\d+)?(?:\/[\w.-]+)*$/.test(written),
  expected: 'a registry host as images name it, optionally with a port and a path, without a scheme and a slash at the end',
};

type Keys = { readonly [Key in keyof RegistryHost]-?: Field<NonNullable<RegistryHost[Key]>> };

const keys: Keys = {
  prefix: kinds.text('', prefixRule),
  apiUrl: kinds.url(),
  name: kinds.text('', filled('a name')),
  credentials: kinds.text('', credentialRule),
  credentialsExpire: kinds.duration('1h'),
  defaultNamespace: kinds.text('', filled('a namespace of the registry')),
  default: kinds.yesNo(false),
  insecure: kinds.yesNo(false),
  caFile: kinds.text('', filled('a file')),
  ca: kinds.text('', filled('certificates in PEM')),
  requestsPerSecond: kinds.integer(20, 1, 10_000),
  provider: kinds.text('', {
    accepts: (written) => Object.hasOwn(providers, written),
    expected: `one of ${Object.keys(providers).join(', ')}`,
  }),
  providerUrl: kinds.url(),
};

const required: ReadonlySet<string> = new Set(['prefix', 'apiUrl']);

/** Reads one entry of `registries.hosts`; all flaws at once, and no text of a credential. */
export function readRegistryHost(entry: Readonly<Record<string, unknown>>): { value: RegistryHost } | { flaws: readonly Flaw[] } {
  const unknown = Object.keys(entry).filter((key) => !Object.hasOwn(keys, key));
  const flaws: Flaw[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, field] of Object.entries<Field<unknown>>(keys)) {
    if (entry[key] === undefined && !required.has(key)) continue;
    const read = field.read(entry[key]);
    if (read.kind === 'read') values[key] = read.value;
    else
      flaws.push(...read.flaws.map((flaw) => ({ ...flaw, under: `.${key}`, ...(key === 'credentials' ? { got: 'another text' } : {}) })));
  }
  flaws.push(...unknown.map((key) => ({ under: `.${key}`, got: 'an unknown key', expected: `one of ${Object.keys(keys).join(', ')}` })));
  // Every value came out of the field of its key, which no narrowing can show.
  return flaws.length > 0 ? { flaws } : { value: values as RegistryHost };
}
