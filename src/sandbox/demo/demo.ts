import { whyUnreadable } from '../../kernel/unreadable.ts';
import type { Grounds } from './grounds.ts';
import type { Narrator } from './narrator.ts';
import { createNarrator } from './narrator.ts';
import { accessOf, describeAccess, reportStory } from './report.ts';
import { chooseCast, createRandom } from './seed.ts';
import type { ServiceLog } from './service-log.ts';
import { openServiceLog } from './service-log.ts';
import { deathNotice } from './service-process.ts';
import type { Stage } from './stage.ts';
import { setStage } from './stage.ts';
import { tellStory } from './story.ts';

export type DemoOptions = {
  readonly seed: number;
  readonly json: boolean;
  readonly keep: boolean;
  readonly on: Grounds;
  readonly log?: string;
};

/** Aborts when the reader of standard output goes away (`| head`): nobody hears the rest. */
function readerGone(): AbortSignal {
  const gone = new AbortController();
  process.stdout.on('error', () => gone.abort());
  return gone.signal;
}

function interruption(signal: AbortSignal): Promise<never> {
  const interrupted = new Promise<never>((_, reject) => {
    const interrupt = (): void => reject(new Error('interrupted'));
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
  });
  interrupted.catch(() => undefined);
  return interrupted;
}

/** Plays the main job on loopback. Answers the exit status: 0 only if every step was observed, 130 where it was interrupted. */
export async function playDemo(options: DemoOptions, stopped: AbortSignal): Promise<number> {
  const signal = AbortSignal.any([stopped, readerGone()]);
  let log: ServiceLog;
  try {
    log = await openServiceLog(options.log, (text) => process.stderr.write(text));
  } catch (thrown) {
    process.stderr.write(`--log: cannot write ${options.log ?? ''}: ${whyUnreadable(thrown)}\n`);
    return 2;
  }
  const narrator = createNarrator({
    json: options.json,
    terminal: process.stdout.isTTY && !options.json,
    write: (text) => process.stdout.write(text),
  });
  try {
    return await playOn(options, narrator, log, signal);
  } finally {
    await log.close();
  }
}

async function playOn(options: DemoOptions, narrator: Narrator, log: ServiceLog, signal: AbortSignal): Promise<number> {
  const random = createRandom(options.seed);
  const cast = chooseCast(random);
  narrator.event(`seed ${options.seed}: the application is ${cast.app}, the image ${cast.repository}`);
  const stage = await setStage({ cast, random, grounds: options.on }, narrator, log);
  // Interrupted in the middle, the servers and their folder go away all the same.
  try {
    await Promise.race([play(stage, options), interruption(signal)]);
    if (narrator.failed() > 0) process.stderr.write(`\nthe service's log:\n${log.text().slice(-20_000)}\n`);
    // Standard output ends with the summary, for those who read JSON.
    if (options.keep) void stage.serviceDied.then((how) => process.stderr.write(deathNotice(how, stage.serviceStart)));
    if (options.keep) await interruption(signal).catch(() => undefined);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    return 130;
  } finally {
    await stage.stop();
  }
  return narrator.failed() === 0 ? 0 : 1;
}

async function play(stage: Stage, options: DemoOptions): Promise<void> {
  const { narrator } = stage;
  const story = await tellStory(stage);
  await reportStory(stage, story);
  if (options.keep) narrator.report('still running', describeAccess(stage), { access: accessOf(stage) });
  narrator.summary({
    seed: options.seed,
    times: Object.fromEntries(Object.entries(story.times).map(([name, ms]) => [name, Math.round(ms)])),
  });
}
