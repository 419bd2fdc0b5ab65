import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Explanation } from '../../reconcile/explain.ts';
import { startGitRemote } from '../git-remote/start-git-remote.ts';
import { startKubernetes } from '../kubernetes/start-kubernetes.ts';
import { startPlayer } from '../kubernetes/player.ts';
import { startMetrics } from '../metrics/start-metrics.ts';
import { startTraffic } from '../metrics/traffic.ts';
import { pushImage, retag } from '../registry/push.ts';
import { startRegistry } from '../registry/start-registry.ts';
import { applyObject, installKinds } from './cluster-setup.ts';
import type { Addresses } from './fixtures.ts';
import { applicationManifest, repositoryFiles, repositorySecret } from './fixtures.ts';
import type { Narrator } from './narrator.ts';
import type { Observer } from './observe.ts';
import { createObserver } from './observe.ts';
import type { Cast } from './seed.ts';
import { startServiceProcess } from './service-process.ts';

const run = promisify(execFile);
const ratioLabel = 'dev.windlass.demo.error-ratio';

/** Everything that the story needs: the servers, the service as a process of its own, and the hands of the people in it. */
export type Stage = {
  readonly cast: Cast;
  readonly narrator: Narrator;
  readonly observer: Observer;
  readonly addresses: Addresses;
  readonly kubeconfig: string;
  readonly personUrl: string;
  readonly serviceUrl: string;
  /** What stands in for what: said at the beginning. */
  readonly apiServer: string;
  readonly metrics: { pause(): Promise<void>; resume(): Promise<void> };
  push(tag: string, quality: 'good' | 'bad'): Promise<void>;
  retag(from: string, to: string): Promise<void>;
  /** `git revert` of the newest commit, by a person. */
  revert(): Promise<void>;
  /** How often the registry was asked for its tags by the service. */
  listings(): number;
  explain(): Promise<Explanation | undefined>;
  serviceLog(): string;
  stop(): Promise<void>;
};
