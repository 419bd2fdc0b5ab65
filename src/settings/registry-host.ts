import { providers } from '../registry/providers/table.ts';
import type { RegistryHost } from '../registry/registry-host.ts';
import * as kinds from './field.ts';
import type { Flaw } from './field.ts';

const credentialGrammar = /^(?:secret:[^/#\s]+\/[^/#\s]+#[^#\s]+|pullsecret:[^/#\s]+\/[^/#\s]+|env:[A-Za-z_]\w*)$/;

export function isHttpUrl(written: string): boolean {
  return URL.canParse(written) && /^https?:$/.test(new URL(written).protocol);
}

type Key = { readonly good: (written: string) => boolean; readonly expected: string; readonly optional?: true };

const keys: Readonly<Record<string, Key>> = {
  prefix: { good: (written) => /^[\w.:-]+(?:\/[\w./-]+)?$/.test(written), expected: 'a registry host, optionally with a path' },
  apiUrl: { good: isHttpUrl, expected: 'an http or https URL' },
  credentials: {
    good: (written) => credentialGrammar.test(written),
    expected: 'secret:NAMESPACE/NAME#FIELD, pullsecret:NAMESPACE/NAME or env:NAME',
    optional: true,
  },
  provider: {
    good: (written) => Object.hasOwn(providers, written),
    expected: `one of ${Object.keys(providers).join(', ')}`,
    optional: true,
  },
  providerUrl: { good: isHttpUrl, expected: 'an http or https URL', optional: true },
};

/** Reads one entry of `registries.hosts`; all flaws at once, and no text of a credential. */
export function readRegistryHost(entry: Readonly<Record<string, unknown>>): { value: RegistryHost } | { flaws: readonly Flaw[] } {
  const wrong = Object.entries<Key>(keys).filter(([key, rule]) => !accepts(rule, entry[key]));
  const unknown = Object.keys(entry).filter((key) => !Object.hasOwn(keys, key));
  const flaws = [
    ...wrong.map(([key, { expected }]) => ({
      under: `.${key}`,
      got: key === 'credentials' ? 'another text' : kinds.showWritten(entry[key]),
      expected,
    })),
    ...unknown.map((key) => ({ under: `.${key}`, got: 'an unknown key', expected: `one of ${Object.keys(keys).join(', ')}` })),
  ];
  const { prefix, apiUrl, ...others } = entry;
  if (flaws.length > 0 || typeof prefix !== 'string' || typeof apiUrl !== 'string') return { flaws };
  const written = Object.entries(others).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : []));
  return { value: { prefix, apiUrl, ...Object.fromEntries(written) } };
}

function accepts({ good, optional }: Key, written: unknown): boolean {
  return written === undefined ? optional === true : typeof written === 'string' && good(written);
}
