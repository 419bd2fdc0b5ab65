import type { Adapter } from './adapter.ts';
import * as aiuAnnotations from './adapters/aiu-annotations.ts';
import * as aiuImageRef from './adapters/aiu-image-ref.ts';
import * as aiuNewest from './adapters/aiu-newest.ts';
import * as argocdHealth from './adapters/argocd-health.ts';
import * as argocdSync from './adapters/argocd-sync.ts';
import * as argocdTracking from './adapters/argocd-tracking.ts';
import * as fluxPolicy from './adapters/flux-policy.ts';
import * as rolloutsAnalysis from './adapters/rollouts-analysis.ts';
import * as rolloutsConditions from './adapters/rollouts-conditions.ts';
import * as rolloutsPhase from './adapters/rollouts-phase.ts';
import * as rolloutsReplicas from './adapters/rollouts-replicas.ts';
import * as semverConstraints from './adapters/semver-constraints.ts';
import * as semverOrder from './adapters/semver-order.ts';

/** Every set that can be run, by the name of its file. A new set is a file in adapters/ and a line here. */
export const adapters: Readonly<Record<string, Adapter>> = {
  'aiu-annotations': { answer: aiuAnnotations.answer, equal: aiuAnnotations.equal },
  'aiu-image-ref': { answer: aiuImageRef.answer, equal: aiuImageRef.equal },
  'aiu-newest': { answer: aiuNewest.answer, equal: aiuNewest.equal },
  'aiu13-newest': { answer: aiuNewest.answerV1, equal: aiuNewest.equal },
  'argocd-health': { answer: argocdHealth.answer, equal: argocdHealth.equal },
  'argocd-sync': { answer: argocdSync.answer, equal: argocdSync.equal },
  'argocd-tracking': { answer: argocdTracking.answer, equal: argocdTracking.equal },
  'flux-policy': { answer: fluxPolicy.answer, equal: fluxPolicy.equal },
  'rollouts-analysis': { answer: rolloutsAnalysis.answer, equal: rolloutsAnalysis.equal },
  'rollouts-conditions': { answer: rolloutsConditions.answer, equal: rolloutsConditions.equal },
  'rollouts-phase': { answer: rolloutsPhase.answer, equal: rolloutsPhase.equal },
  'rollouts-replicas': { answer: rolloutsReplicas.answer, equal: rolloutsReplicas.equal },
  'semver-constraints': { answer: semverConstraints.answer, equal: semverConstraints.equal },
  'semver-constraints-newer': { answer: semverConstraints.answer, equal: semverConstraints.equal },
  'semver-order': { answer: semverOrder.answer, equal: semverOrder.equal },
};
