import { millisOf } from '../../kernel/time.ts';
import type { BuildTime, Watch } from '../choice.ts';
import { compareBytes, type Known, type Objection, type Policy, type Ranked } from './policy.ts';

/**
 * The image that was built last, by the time that its configuration says; equal times are ordered by the bytes of the tag, and a
 * constraint does not count (Image Updater v0.18).
 */
export const newestBuild: Policy = { orders: 'build-times', rank };

function rank(_watch: Watch, { created = {} }: Known): Ranked {
  const builtAt = (tag: string): BuildTime | undefined => (Object.hasOwn(created, tag) ? created[tag] : undefined);
  const millis = (tag: string): number => {
    const built = builtAt(tag);
    return built === undefined ? NaN : millisOf(built);
  };
  const compareTimes = (left: string, right: string): number => Math.sign(millis(left) - millis(right)) || 0;
  const ranking = {
    dropped: (tag: string) => whyUnbuilt(tag, builtAt(tag)),
    ranks: (tag: string) => !Number.isNaN(millis(tag)),
    compare: (left: string, right: string) => compareTimes(left, right) || compareBytes(left, right),
    isNewer: (left: string, right: string) => compareTimes(left, right) > 0,
    pinned: false,
    lacksBuildTime: (tag: string) => builtAt(tag) === undefined,
  };
  return { kind: 'ranked', ranking };
}

function whyUnbuilt(tag: string, built: BuildTime | undefined): Objection | undefined {
  if (built === 'absent') return { rule: 'not-served', because: `${tag} is listed, but the registry does not serve it` };
  if (built === 'none') return { rule: 'strategy', because: `${tag} does not say when it was built` };
  return built === undefined ? { rule: 'unknown', because: `when ${tag} was built is not known yet` } : undefined;
}
