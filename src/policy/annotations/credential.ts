import type { CredentialWish, Watch } from '../choice.ts';
import type { Compat } from './annotation.ts';
import { plainly, type Read, withProblem, withWarning } from './read.ts';
import type { Setting } from './settings.ts';
import { annotationOf } from './table.ts';

type Source = (rest: string) => CredentialWish | undefined;

const sources: Readonly<Record<string, Source>> = {
  pullsecret: (rest) => {
    const [, namespace, name] = /^([^/#:]+)\/([^/#:]+)$/.exec(rest) ?? [];
    return namespace === undefined || name === undefined ? undefined : { kind: 'pullsecret', namespace, name };
  },
  secret: (rest) => {
    const [, namespace, name, field] = /^([^/#:]+)\/([^/#:]+)#([^#:]+)$/.exec(rest) ?? [];
    return namespace === undefined || name === undefined || field === undefined ? undefined : { kind: 'secret', namespace, name, field };
  },
  env: (rest) => (/^[^:]+$/.test(rest) ? { kind: 'env', variable: rest } : undefined),
  ext: (rest) => (/^\/[^:]*$/.test(rest) ? { kind: 'ext', path: rest } : undefined),
};

/** Reads `[registry=]form:...` (Image Updater v0.18: the letter case of the form does not count); undefined where it is none of the four. */
export function parseCredential(text: string): CredentialWish | undefined {
  const [, registry, form = '', rest = ''] = /^(?:([^=]+)=)?([a-z]+):(.+)$/i.exec(text) ?? [];
  const kind = form.toLowerCase();
  const wish = Object.hasOwn(sources, kind) ? sources[kind]?.(rest) : undefined;
  return wish === undefined || registry === undefined ? wish : { ...wish, registry };
}

/** A reference that has none of the four forms is not used, with a warning (v0.18). v1.3 refuses a Secret of another namespace. */
export function readCredential(
  setting: Setting | undefined,
  namespace: string,
  compat: Compat | undefined,
): Read<Pick<Watch, 'pullSecret' | 'credential'>> {
  if (setting === undefined || setting.value === '') return plainly({});
  const credential = parseCredential(setting.value);
  if (credential === undefined) return withWarning({}, setting, `${annotationOf('pull-secret').allowed}; none is used`);
  if (compat === 'v1' && 'namespace' in credential && credential.namespace !== namespace)
    return withProblem({}, setting, `a Secret of the Application's namespace ${namespace}`);
  return plainly({ pullSecret: setting.value, credential });
}
