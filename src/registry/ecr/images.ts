import type { ImageDetail } from '@aws-sdk/client-ecr';
import { Failure } from '../../kernel/failure.ts';
import type { Digest } from '../../kernel/image.ts';
import { isDigest, isTag } from '../../kernel/image.ts';
import type { Time } from '../../kernel/time.ts';
import { timeOf } from '../../kernel/time.ts';
import type { TagTimes } from '../listing.ts';
import type { Calls } from './calls.ts';
import type { EcrLimits } from './ecr.ts';
import type { EcrPlace } from './place.ts';

type Said = { readonly digest?: Digest; readonly pushedAt?: Time };

/** What is read: a repository of a registry, as far as the limits go. */
type Of = { readonly place: EcrPlace; readonly repository: string; readonly limits: EcrLimits };

// The most of one call; it gives 100 where nothing is said.
const pageSize = 1000;

/** Every tagged image of a repository (Amazon ECR API, DescribeImages). More than the limits is a `Failure`: a part is never taken for the whole. */
export async function describeImages(calls: Calls, { place, repository, limits }: Of, signal: AbortSignal): Promise<TagTimes> {
  const call = { host: place.host, action: 'ecr:DescribeImages', trying: `push times of ${repository}` };
  const wanted = { registryId: place.account, repositoryName: repository, maxResults: pageSize, filter: { tagStatus: 'TAGGED' as const } };
  const failed = (code: 'too-large' | 'broken-answer', happened: string) => new Failure(code, `${call.host}: ${happened} (${call.trying})`);
  const found = new Map<string, Said>();
  const cursors = new Set<string>();
  for (let cursor: string | undefined, pages = 1; pages <= limits.maxPages; pages++) {
    const more = cursor === undefined ? {} : { nextToken: cursor };
    const page = await calls.make(call, signal, (sdk, abortSignal) => sdk.images({ ...wanted, ...more }, abortSignal));
    for (const image of page.imageDetails ?? []) for (const [tag, said] of tagsOf(image)) found.set(tag, said);
    if (found.size > limits.maxTags) throw failed('too-large', `more than ${limits.maxTags} tags`);
    cursor = page.nextToken;
    if (cursor === undefined || cursor === '') return found;
    if (cursors.has(cursor)) throw failed('broken-answer', 'a page of images that was read already');
    cursors.add(cursor);
  }
  throw failed('too-large', `more than ${limits.maxPages} pages of images`);
}

function tagsOf({ imageDigest = '', imageTags = [], imagePushedAt }: ImageDetail): readonly (readonly [tag: string, said: Said])[] {
  const ms = imagePushedAt?.getTime() ?? NaN;
  const said = { ...(isDigest(imageDigest) ? { digest: imageDigest } : {}), ...(Number.isNaN(ms) ? {} : { pushedAt: timeOf(ms) }) };
  return imageTags.filter(isTag).map((tag) => [tag, said] as const);
}
