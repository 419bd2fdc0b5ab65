import type { Credential } from '../../kernel/secret.ts';
import type { TagTimes } from '../listing.ts';
import type { EcrPlace } from './place.ts';

/** The control API of Amazon ECR. All methods throw `Failure`. */
export type Ecr = {
  /** User and password for the registry at this place, kept for half of its life. */
  login(place: EcrPlace, signal: AbortSignal): Promise<Credential>;
  /** All tagged images of a repository. */
  times(place: EcrPlace, repository: string, signal: AbortSignal): Promise<TagTimes>;
  close(): void;
};
