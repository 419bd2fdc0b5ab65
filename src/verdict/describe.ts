import type { Verdict } from '../kernel/hold.ts';
import { splitImageName } from '../kernel/image.ts';
import { assertNever } from '../kernel/assert-never.ts';
import { describeRef } from '../kernel/refs.ts';

/** `team/shop:1.4.3 and team/web:2.0.0`. */
export function describeImages(images: Verdict['images']): string {
  const names = images.map(({ image, tag, digests }) => {
    const { repository } = splitImageName(image);
    return tag === undefined ? `${repository}@${digests[0] ?? 'unknown'}` : `${repository}:${tag}`;
  });
  return names.join(' and ') || 'a template with unchanged images';
}

/** What a canary found out, in one sentence for a person. */
export function describeVerdict(verdict: Verdict): string {
  const on = `the canary of ${describeImages(verdict.images)} (${describeRef(verdict.rollout)}, cluster ${verdict.cluster})`;
  const evidence = describeEvidence(verdict);
  switch (verdict.kind) {
    case 'failed':
      return `${on} failed: ${evidence}`;
    case 'no-data':
      return `${on} failed without enough data to judge the image: ${evidence}`;
    case 'error':
      return `${on} could not be measured: ${evidence}`;
    case 'inconclusive':
      return `${on} was inconclusive: ${evidence}`;
    case 'deadline':
      return `${on} missed its progress deadline: ${evidence}`;
    case 'aborted-by-person':
      return `${evidence} aborted ${on}`;
    default:
      return assertNever(verdict.kind);
  }
}

function describeEvidence({ evidence }: Verdict): string {
  if ('metric' in evidence) return `${evidence.metric} was ${Number(evidence.value.toPrecision(4))}, against ${evidence.limit}`;
  return 'person' in evidence ? evidence.person : evidence.because;
}
