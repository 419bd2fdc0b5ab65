import { oneLine } from '../kernel/escape.ts';
import { Failure } from '../kernel/failure.ts';
import type { Digest } from '../kernel/image.ts';
import { isDigest, isTag } from '../kernel/image.ts';
import type { Millis } from '../kernel/time.ts';
import type { Asking } from './asking.ts';
import type { Content } from './content.ts';
import { claimedDigest, verifyDigest } from './digest.ts';
import type { ImageOrigin } from './image-config.ts';
import { parseImageConfig } from './image-config.ts';
import { parseJson } from './json-body.ts';
import type { TagFacts } from './listing.ts';
import type { Manifest } from './manifests.ts';
import { manifestAccept, parseManifest } from './manifests.ts';
import type { Answer, Question } from './question.ts';
import { headerOf, sentence } from './question.ts';
import { refusalOf, registryErrors } from './refusal.ts';

/** Reads of one repository: how to ask, and a question that lacks only what is asked for. */
export type Reading = {
  readonly asking: Asking;
  readonly content: Content;
  readonly now: () => Millis;
  readonly question: (method: Question['method'], path: string, trying: string) => Question;
};

type Read = { readonly digest: Digest; readonly manifest: Manifest };

/** The digest that a manifest is served under, or `absent`: by HEAD, and by GET where the registry's HEAD says none. */
export async function readDigest(reading: Reading, reference: string): Promise<Digest> {
  const told = await readHead(reading, reference);
  // A HEAD has no body that could say more.
  if (told !== 'untold') return told;
  const read = await readManifest(reading, reference);
  return read === 'absent' ? 'absent' : read.digest;
}

async function readHead(reading: Reading, reference: string): Promise<Digest> {
  const question = manifestQuestion(reading, 'HEAD', reference);
  const answer = await reading.asking.ask(question);
  if (answer.status === 404) return 'absent';
  if (answer.status !== 200) throw refusalOf(question, answer, reading.now());
  const claimed = claimedDigest(question, answer);
  if (claimed !== undefined && isDigest(reference) && claimed !== reference) {
    throw new Failure('broken-answer', sentence(question, 'a false digest', `asked for ${reference}, got ${claimed}`));
  }
  return claimed ?? 'untold';
}

/**
 * Digest and platforms, and where the configuration can be had its time and revision. HEAD first: it does not count against Docker Hub's
 * limit of pulls, and what a digest stands for is read once.
 */
export async function readFacts(reading: Reading, tag: string): Promise<TagFacts | 'absent'> {
  const told = await readHead(reading, tag);
  const known = reading.content.manifest(told);
  // A GET says why there is nothing: no such tag, or no such repository.
  const read = known === undefined ? await readManifest(reading, tag) : { digest: told, manifest: known };
  if (read === 'absent') return 'absent';
  const { digest, manifest } = read;
  const { children, others } = manifest.kind === 'index' ? manifest : { children: [], others: undefined };
  const held = { tag, digest, children, ...(others === undefined ? {} : { others }) };
  const origin = await readOrigin(reading, manifest);
  if (origin === 'absent') return held;
  // The configuration of an index's first image names that image's platform alone.
  const { platform, ...made } = origin;
  const own = manifest.kind === 'index' || platform === undefined ? {} : { platform };
  return { ...held, ...made, ...own };
}

/** Platforms of an index that are looked behind for one that is there: an index may be served before its images. */
const maxLookedBehind = 4;

/**
 * What the configuration says; of an index, that of its first platform that is there. Only a 404 is an answer: a registry that fails here
 * must not pass for an image without a revision.
 */
async function readOrigin(reading: Reading, manifest: Manifest): Promise<ImageOrigin | 'absent'> {
  if (manifest.kind !== 'index') {
    return manifest.kind === 'image' && manifest.config !== undefined ? readConfig(reading, manifest.config) : {};
  }
  for (const { digest } of manifest.children.slice(0, maxLookedBehind)) {
    const origin = await readOriginOfPlatform(reading, digest);
    if (origin !== 'absent') return origin;
  }
  return manifest.children.length === 0 ? {} : 'absent';
}

async function readOriginOfPlatform(reading: Reading, digest: Digest): Promise<ImageOrigin | 'absent'> {
  const known = reading.content.manifest(digest);
  const read = known === undefined ? await readManifest(reading, digest) : { digest, manifest: known };
  return read === 'absent' || read.manifest.kind !== 'image' ? 'absent' : readOrigin(reading, read.manifest);
}

async function readConfig(reading: Reading, digest: Digest): Promise<ImageOrigin | 'absent'> {
  const known = reading.content.origin(digest);
  if (known !== undefined) return known;
  const question = { ...reading.question('GET', `blobs/${digest}`, `read the image configuration ${digest}`), accept: '*/*' };
  const answer = await reading.asking.ask(question);
  if (answer.status === 404) return 'absent';
  if (answer.status !== 200) throw refusalOf(question, answer, reading.now());
  verifyDigest(question, answer.body, digest);
  const origin = parseImageConfig(parseJson(answer.body));
  reading.content.keepOrigin(digest, origin);
  return origin;
}

async function readManifest(reading: Reading, reference: string): Promise<Read | 'absent'> {
  const question = manifestQuestion(reading, 'GET', reference);
  const answer = await reading.asking.ask(question);
  if (answer.status === 404 && saysAbsent(answer)) return 'absent';
  if (answer.status !== 200) throw refusalOf(question, answer, reading.now());
  const digest = verifyDigest(question, answer.body, isDigest(reference) ? reference : claimedDigest(question, answer));
  const manifest = parseManifest(parseJson(answer.body), headerOf(answer, 'content-type'));
  if (manifest.kind === 'unreadable') throw new Failure('broken-answer', sentence(question, manifest.because));
  reading.content.keepManifest(digest, manifest);
  return { digest, manifest };
}

/** True for a 404 about the manifest: not one about the repository, and not the page of some other server. */
function saysAbsent(answer: Answer): boolean {
  const errors = registryErrors(answer.body);
  return errors.length === 0 ? answer.body.length === 0 : errors.every(({ code }) => code !== 'NAME_UNKNOWN');
}

function manifestQuestion(reading: Reading, method: Question['method'], reference: string): Question {
  const known = isTag(reference) || isDigest(reference);
  const question = reading.question(method, `manifests/${known ? reference : ''}`, `read manifest ${oneLine(reference)}`);
  if (!known) throw new Failure('rejected', sentence(question, 'not asked', 'this is neither a tag nor a digest'));
  return { ...question, accept: manifestAccept };
}
