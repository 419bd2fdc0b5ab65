import type { Person, RepoAccess } from '../../git/commit.ts';
import type { Hold } from '../../kernel/hold.ts';
import type { GitPlace } from '../../kernel/place.ts';
import type { Reference } from '../../kernel/image.ts';
import type { RepoId, Sha } from '../../kernel/refs.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Compat } from '../../policy/annotations/annotation.ts';
import type { Choice, PlaceQuestion, Watch } from '../../policy/choice.ts';
import type { Listing, RegistryAccess } from '../../registry/listing.ts';
import type { Snapshot, Target } from '../../writeback/edit.ts';
import type { Board, Condition } from '../board.ts';
import type { RegistryHost } from '../../registry/registry-host.ts';
import type { CredentialSources } from '../credentials/sources.ts';
import type { Ports } from '../ports.ts';
import type { Heads, Listings } from '../sources.ts';
import type { AppView, Claims } from '../world.ts';
import type { FirstSeen } from './first-seen.ts';
import type { PushRefusals } from './push-refusals.ts';
import type { Refusals } from './refusals.ts';
import type { TagMemory } from './tag-memory.ts';

export type UpdateSettings = {
  readonly author: Person;
  readonly holdsPath: string;
  readonly historyLimit: number;
  readonly registryHosts: readonly RegistryHost[];
  readonly registryPollMs: number;
  readonly claims: Claims;
  /** Namespace whose Applications have tracking ids without a namespace. */
  readonly home: string;
  /** Whose reading of Image Updater's annotations counts; absent is v0.18's. */
  readonly compat?: Compat;
  /** Where the small memories of the bot are kept, as ConfigMaps; without it they end with the process. */
  readonly memoryNamespace?: string;
};

/** What is counted of the loop's work, by closed words. */
export type Tally = {
  readonly countCommits: (kind: 'raise' | 'lower' | 'hold', commits: number) => void;
  readonly countDecision: (kind: string) => void;
  readonly countVerdict: (kind: string) => void;
};

/** What the update loop works with. */
export type UpdateContext = {
  readonly ports: Ports;
  readonly settings: UpdateSettings;
  readonly listings: Listings;
  readonly heads: Heads;
  readonly board: Board;
  readonly credentials: CredentialSources;
  readonly tally?: Tally;
  /** Automatic lowerings of this process, by branch: a storm is one wherever it blows. */
  readonly lowered: Map<string, readonly Millis[]>;
  readonly pushRefusals: PushRefusals;
  readonly tags: TagMemory;
  readonly firstSeen: FirstSeen;
};

/** One Application's wish to be kept current, resolved to a repository, a branch and a target. */
export type Subscription = {
  readonly app: AppView;
  readonly repo: RepoAccess;
  readonly repoId: RepoId;
  readonly branch: string;
  readonly target: Target;
  readonly watches: readonly Watch[];
  readonly paused: boolean;
  /** What was read otherwise than somebody may have meant it. */
  readonly warnings: readonly Condition[];
};

export type Subscribed =
  | { readonly kind: 'unmanaged' }
  /** `watches`: what the annotations ask for all the same, where they could be read; `remedy`: what a person can do about it. */
  | { readonly kind: 'refused'; readonly conditions: readonly Condition[]; readonly watches?: readonly Watch[]; readonly remedy?: string }
  | { readonly kind: 'subscribed'; readonly subscription: Subscription };

/** Where Git holds what somebody watches: a place, what it says now, and everybody who watches it. */
export type Spot = {
  readonly place: GitPlace;
  readonly current: Reference | undefined;
  readonly readers: readonly { readonly subscription: Subscription; readonly watch: Watch }[];
};

/** A place of which the registry was asked. */
export type PlaceState = Spot & { readonly access: RegistryAccess; readonly listing: Listing };

/**
 * One branch as it was read, before any registry is asked: verdicts are settled on it. `refused` are conditions by Application
 * (`refKey`), to which what is found later is added.
 */
export type Located = {
  readonly repo: RepoAccess;
  readonly repoId: RepoId;
  readonly branch: string;
  readonly head: Sha;
  readonly snapshot: Snapshot;
  readonly subscriptions: readonly Subscription[];
  readonly spots: readonly Spot[];
  readonly holds: readonly Hold[] | { readonly because: string };
  readonly refused: Refusals;
};

/** Everything about one branch that raises are decided from: the places whose tags could be listed. */
export type Gathered = Located & { readonly places: readonly PlaceState[] };

/** A decided place, with the question that can be replayed. */
export type Decided = { readonly state: PlaceState; readonly question: PlaceQuestion; readonly choice: Exclude<Choice, { kind: 'needs' }> };

/** Work-queue key of a branch. */
export function branchKey(repo: RepoId, branch: string): string {
  return `${repo}#${branch}`;
}
