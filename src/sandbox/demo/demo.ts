import { writeFile } from 'node:fs/promises';
import { createNarrator } from './narrator.ts';
import { describeAccess, reportStory } from './report.ts';
import { chooseCast, createRandom } from './seed.ts';
import { setStage } from './stage.ts';
import { tellStory } from './story.ts';

export type DemoOptions = { readonly seed: number; readonly json: boolean; readonly keep: boolean; readonly log?: string };

/** Plays the main job on loopback. Answers the exit status: 0 only if every step was observed. */
export async function playDemo(options: DemoOptions, signal: AbortSignal): Promise<number> {
  const narrator = createNarrator({
    json: options.json,
    terminal: process.stdout.isTTY && !options.json,
    write: (text) => process.stdout.write(text),
  });
  const random = createRandom(options.seed);
  const cast = chooseCast(random);
  narrator.event(`seed ${options.seed}: the application is ${cast.app}, the image ${cast.repository}`);
  const stage = await setStage(cast, random, narrator);
  // Interrupted in the middle, the servers and their folder go away all the same.
  const interrupted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('interrupted')), { once: true }),
  );
  interrupted.catch(() => undefined);
  try {
    const story = await Promise.race([tellStory(stage), interrupted]);
    await reportStory(stage, story);
    narrator.summary({
      seed: options.seed,
      times: Object.fromEntries(Object.entries(story.times).map(([name, ms]) => [name, Math.round(ms)])),
    });
    if (narrator.failed() > 0) process.stderr.write(`\nthe service's log:\n${stage.serviceLog().slice(-20_000)}\n`);
    if (options.keep) {
      narrator.report('still running', describeAccess(stage));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    return 130;
  } finally {
    if (options.log !== undefined) await writeFile(options.log, stage.serviceLog());
    await stage.stop();
  }
  return narrator.failed() === 0 ? 0 : 1;
}
