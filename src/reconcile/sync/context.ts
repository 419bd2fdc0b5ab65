import type { Board } from '../board.ts';
import type { CredentialSources } from '../credentials/sources.ts';
import type { Ports } from '../ports.ts';
import type { Predictions } from '../predictions.ts';
import type { Heads } from '../sources.ts';
import type { Claims } from '../world.ts';

export type SyncSettings = {
  readonly claims: Claims;
  /** Namespace whose Applications have tracking ids without a namespace. */
  readonly home: string;
  readonly gitPollMs: number;
  /** How long an Application may go without being compared. */
  readonly intervalMs: number;
};

export type SyncContext = {
  readonly ports: Ports;
  readonly settings: SyncSettings;
  readonly heads: Heads;
  readonly board: Board;
  readonly credentials: CredentialSources;
  readonly predictions: Predictions;
};
