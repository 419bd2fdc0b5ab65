import type { Credential } from '../../kernel/secret.ts';
import type { TagTimes } from '../listing.ts';
import type { EcrPlace } from './place.ts';

/** How much of a repository is read: pages of 1,000 images, and tags in all. */
export type EcrLimits = { readonly maxPages: number; readonly maxTags: number };

/** The control API of Amazon ECR, with the credentials that the AWS SDK finds by itself. All methods throw `Failure`. */
export type Ecr = {
  /** User and password for exactly this registry, kept for half of their life and asked for once however many wait; `renewed`: not the kept ones. */
  login(place: EcrPlace, signal: AbortSignal, renewed?: 'renewed'): Promise<Credential>;
  /** Push time and digest of every tag of a repository, 1,000 images a page. */
  times(place: EcrPlace, of: { readonly repository: string; readonly limits: EcrLimits }, signal: AbortSignal): Promise<TagTimes>;
  close(): void;
};
