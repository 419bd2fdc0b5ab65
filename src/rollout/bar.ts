import type { ImageReference } from '../kernel/image.ts';
import { parseImageReference } from '../kernel/image.ts';
import { bothSlots } from './move.ts';
import type { Barred } from './observed.ts';
import { settledOnStable, type Situation, type Version } from './situation.ts';

/**
 * The situation with the reason why the canary of the wanted template must not start: it would bring in a barred image (LOOP 11). No
 * reason where nothing is against it, where it has started, and where a person wants it (a retry, a promotion in full).
 */
export function withBar(situation: Situation): Situation {
  return { ...situation, barred: barOf(situation) };
}

function barOf(situation: Situation): string | undefined {
  const { current, stable, observed } = situation;
  if (current === undefined || settledOnStable(situation) || !standsAtStart(situation, current) || isWanted(situation)) return undefined;
  const running = new Set(stable === undefined ? [] : imagesOf(stable));
  for (const text of imagesOf(current).filter((image) => !running.has(image))) {
    const reference = parseImageReference(text);
    const found = reference === undefined ? undefined : observed.barred?.find((one) => means(reference, one));
    if (found !== undefined) return `no pod of ${current.name} yet: ${text} failed in AnalysisRun ${found.run}, and Git has not learnt it`;
  }
  return undefined;
}

/** No pod, no pause and no analysis of this template yet. */
function standsAtStart({ status, index }: Situation, current: Version): boolean {
  const begun = index > 0 || current.spec > 0 || current.pods > 0;
  const waiting = status.controllerPause === true || (status.pauseConditions ?? []).length > 0;
  const analysed = bothSlots.some((slot) => status.canary?.[slot]?.name !== undefined);
  return status.currentPodHash === current.hash && status.abort !== true && !begun && !waiting && !analysed;
}

function isWanted({ status }: Situation): boolean {
  const progressing = (status.conditions ?? []).find(({ type }) => type === 'Progressing');
  return status.promoteFull === true || progressing?.reason === 'RolloutRetry';
}

function imagesOf({ resource }: Version): readonly string[] {
  const { containers, initContainers } = resource.view.spec.template.spec;
  return [...containers, ...(initContainers ?? [])].flatMap(({ image }) => image ?? []);
}

/** By digest where both sides have one, else by tag. */
function means(reference: ImageReference, barred: Barred): boolean {
  if (reference.image !== barred.image) return false;
  if (reference.digest !== undefined && barred.digests.length > 0) return barred.digests.includes(reference.digest);
  return reference.tag !== undefined && reference.tag === barred.tag;
}
