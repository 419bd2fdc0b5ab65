import { access, realpath } from 'node:fs/promises';
import { constants, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { sentenceOf } from '../../kernel/failure.ts';
import type { ImageName } from '../../kernel/image.ts';
import type { Credential } from '../../kernel/secret.ts';
import { configHelper, configLogin, readDockerConfig } from '../../registry/docker-config.ts';
import type { ProgramDirectory } from '../../registry/programs/program-directory.ts';
import { mountedLogin } from '../../registry/programs/mounted-config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where `docker login` writes. */
function configPath(env: Environment): string {
  return join(env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? '.', '.docker'), 'config.json');
}

/**
 * The login that docker itself would use for an image, credential helpers on PATH included; undefined where there is none. A helper that fails
 * is told, and nobody is logged in: most images that somebody tries are public.
 */
export async function dockerLogin(image: ImageName, env: Environment, tell: (note: string) => void): Promise<Credential | undefined> {
  const path = configPath(env);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const config = readDockerConfig(text);
  const helper = config === undefined ? undefined : configHelper(config, image)?.helper;
  const helpers = helper === undefined ? undefined : await directoryOf(`docker-credential-${helper}`, env);
  if (config !== undefined && helper !== undefined && helpers === undefined) {
    const login = configLogin(config, image);
    if (login === undefined) tell(`docker-credential-${helper} is not on PATH; asking without a login`);
    return login;
  }
  try {
    return await mountedLogin({ path, helpers }, image);
  } catch (thrown) {
    tell(`${sentenceOf(thrown)}; asking without a login`);
    return undefined;
  }
}

/** The directory of a program on PATH, behind links. */
async function directoryOf(name: string, env: Environment): Promise<ProgramDirectory | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    const runnable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runnable) return { path: dirname(await realpath(path)), env };
  }
  return undefined;
}
