import { readFile } from 'node:fs/promises';
import { Failure } from '../../kernel/failure.ts';
import type { ImageName } from '../../kernel/image.ts';
import { isBody } from '../../kernel/json.ts';
import type { Credential } from '../../kernel/secret.ts';
import { Secret } from '../../kernel/secret.ts';
import { whyUnreadable } from '../../kernel/unreadable.ts';
import type { DockerConfig } from '../docker-config.ts';
import { configHelper, configLogin, readDockerConfig } from '../docker-config.ts';
import { parseJson } from '../json-body.ts';
import type { ProgramDirectory } from './program-directory.ts';
import { locateProgram, programEnvironment } from './program-directory.ts';
import type { Printed, Program } from './run-program.ts';
import { runProgram } from './run-program.ts';

export type MountedConfigOptions = {
  /** The file, as `docker login` writes it. */
  readonly path: string;
  /** Where `docker-credential-NAME` programs are; undefined: none is run. */
  readonly helpers?: ProgramDirectory | undefined;
};

const timeoutMs = 10_000;
const outputBytes = 64 * 1024;

/** The login of a docker configuration file for an image; the file is read at each question, so that a renewed mount counts. Throws `Failure`. */
export async function mountedLogin(options: MountedConfigOptions, image: ImageName): Promise<Credential | undefined> {
  const config = await readConfig(options.path);
  const chosen = configHelper(config, image);
  if (chosen === undefined) return configLogin(config, image);
  return (await askHelper(options, chosen)) ?? configLogin(config, image);
}

async function readConfig(path: string): Promise<DockerConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    throw new Failure('not-found', `registries.dockerConfig ${path} cannot be read: ${whyUnreadable(thrown)}`);
  }
  const config = readDockerConfig(text);
  if (config === undefined)
    throw new Failure('broken-answer', `registries.dockerConfig ${path} is no docker configuration (JSON with auths)`);
  return config;
}

type Chosen = NonNullable<ReturnType<typeof configHelper>>;

/** Runs that are under way, by program and server: however many Applications ask at once, one process answers all. */
const underWay = new Map<string, Promise<Printed>>();

function runShared(program: Program): Promise<Printed> {
  const key = JSON.stringify([program.path, program.input]);
  const running = underWay.get(key) ?? runProgram(program).finally(() => underWay.delete(key));
  underWay.set(key, running);
  return running;
}

/** Asks a credential helper (docker-credential-helpers, `get`): the server on its input, JSON on its output. */
async function askHelper({ path: config, helpers }: MountedConfigOptions, { helper, server }: Chosen): Promise<Credential | undefined> {
  const name = `docker-credential-${helper}`;
  if (!/^[\w.-]+$/.test(helper))
    throw new Failure('rejected', `registries.dockerConfig ${config} names a credential helper that is no file name`);
  if (helpers === undefined) throw new Failure('unsupported', `${name} is not run: the setting registries.scriptDir names no directory`);
  const path = await locateProgram(helpers, name, name);
  const env = programEnvironment(helpers);
  const program = { name, path, args: ['get'], cwd: helpers.path, env, input: server, timeoutMs, outputBytes };
  const { status, output } = await runShared(program);
  // The helpers' own word for a server that they do not know.
  if (status !== 0 && output.includes('credentials not found')) return undefined;
  if (status !== 0) throw new Failure('rejected', `${name} ended with status ${status} for ${server}`);
  return helperLogin(name, output);
}

function helperLogin(name: string, output: string): Credential {
  const parsed = parseJson(Buffer.from(output));
  const { Username: username, Secret: password } = isBody(parsed) ? parsed : {};
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw new Failure('broken-answer', `${name} printed no JSON with Username and Secret`);
  }
  if (username === '<token>') throw new Failure('unsupported', `${name} printed an identity token, expected user and password`);
  return { username, password: new Secret(password) };
}
