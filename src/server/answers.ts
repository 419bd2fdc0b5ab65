import type { IncomingMessage } from 'node:http';
import type { ImageName } from '../kernel/image.ts';
import type { Secret } from '../kernel/secret.ts';
import type { PushHint } from './git-events.ts';

type LogLine = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** What the HTTP edge asks the service. */
export type Answers = {
  readonly ready: () => { readonly ready: boolean; readonly because: string };
  readonly metricsText: () => Promise<string>;
  readonly explain?: (namespace: string | undefined, name: string, signal: AbortSignal) => Promise<unknown>;
  /** Answers whether somebody watches the image, so that it is looked at now. */
  readonly onRegistryEvent?: (hint: { readonly image: ImageName }) => boolean;
  /** Answers the branches that somebody follows, and that are looked at now. */
  readonly onPush?: (hint: PushHint) => readonly string[];
  readonly webhookSecret?: Secret;
  /** One notification: `taken`, or the status with which it was refused. */
  readonly countWebhook?: (hook: Hook, outcome: string) => void;
  readonly log: { readonly info: LogLine; readonly warn: LogLine; readonly error: LogLine };
};

export type Hook = 'registry' | 'git';

export type Asked = {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
};
