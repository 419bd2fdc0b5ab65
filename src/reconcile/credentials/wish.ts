import type { ImageName } from '../../kernel/image.ts';
import { sentenceOf } from '../../kernel/failure.ts';
import type { Credential } from '../../kernel/secret.ts';
import { parseCredential } from '../../policy/annotations/credential.ts';
import type { CredentialWish } from '../../policy/choice.ts';
import { configLogin, readDockerConfig, splitUserPassword } from '../../registry/docker-config.ts';
import type { KubeObject } from '../../resources/meta.ts';
import { secretText } from './secret-text.ts';
import type { CredentialSources, Keeping, NoCredential } from './sources.ts';

const expected = 'pullsecret:NAMESPACE/NAME, secret:NAMESPACE/NAME#FIELD, env:NAME or ext:PATH';

/** `secret:shop/login#token`: how the wish is written, without the name for people. */
export function describeWish(wish: CredentialWish): string {
  if (wish.kind === 'env') return `env:${wish.variable}`;
  if (wish.kind === 'ext') return `ext:${wish.path}`;
  return wish.kind === 'pullsecret' ? `pullsecret:${wish.namespace}/${wish.name}` : `secret:${wish.namespace}/${wish.name}#${wish.field}`;
}

/** The credential that a wish names, for one image. What it holds is in no sentence. */
export async function grantWish(
  wish: CredentialWish,
  image: ImageName,
  sources: CredentialSources,
  keeping: Keeping,
): Promise<Credential | NoCredential> {
  switch (wish.kind) {
    case 'env':
      return variableLogin(wish.variable, sources.env(wish.variable));
    case 'ext':
      return runScript(wish.path, sources, keeping);
    default:
      return secretCredential(wish, image, sources);
  }
}

/** As `grantWish`, for what an administrator wrote. */
export async function grantWritten(
  written: string,
  image: ImageName,
  sources: CredentialSources,
  keeping: Keeping,
): Promise<Credential | NoCredential> {
  const wish = parseCredential(written);
  return wish === undefined
    ? { because: `credentials ${JSON.stringify(written)}: expected ${expected}` }
    : grantWish(wish, image, sources, keeping);
}

function variableLogin(name: string, text: string | undefined): Credential | NoCredential {
  if (text === undefined) return { because: `variable ${name} is not set` };
  if (text === '') return { because: `variable ${name} is empty` };
  return splitUserPassword(text) ?? { because: `variable ${name} holds no user:password` };
}

async function runScript(path: string, sources: CredentialSources, keeping: Keeping): Promise<Credential | NoCredential> {
  if (sources.script === undefined) return { because: `ext:${path} is not run: the setting registries.scriptDir names no directory` };
  try {
    return await sources.script(path, keeping);
  } catch (thrown) {
    return { because: sentenceOf(thrown) };
  }
}

type SecretWish = Extract<CredentialWish, { readonly namespace: string }>;

function secretCredential(wish: SecretWish, image: ImageName, sources: CredentialSources): Credential | NoCredential {
  const at = `${wish.namespace}/${wish.name}`;
  const secret = sources.secret(wish.namespace, wish.name);
  if (secret === undefined) {
    return { because: `Secret ${at} does not exist, or its namespace is not permitted (setting secretNamespaces)` };
  }
  if (wish.kind === 'pullsecret') return pullSecretLogin(secret, image) ?? { because: `Secret ${at} has no credential for ${image}` };
  return splitUserPassword(secretText(secret, wish.field) ?? '') ?? { because: `Secret ${at} has no user:password in ${wish.field}` };
}

/** What a pull secret says for an image: of the type dockerconfigjson, or of the legacy type dockercfg. */
export function pullSecretLogin(secret: KubeObject, image: ImageName): Credential | undefined {
  const config = readDockerConfig(secretText(secret, '.dockerconfigjson') ?? secretText(secret, '.dockercfg') ?? '');
  return config === undefined ? undefined : configLogin(config, image);
}
