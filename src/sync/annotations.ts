import type { KubeObject } from '../resources/meta.ts';

export const trackingAnnotation = 'argocd.argoproj.io/tracking-id';
/** Tells several Argo CD installations on one cluster apart; ours has none. */
export const installationAnnotation = 'argocd.argoproj.io/installation-id';
export const hookAnnotation = 'argocd.argoproj.io/hook';
export const syncOptionsAnnotation = 'argocd.argoproj.io/sync-options';
export const helmHookAnnotation = 'helm.sh/hook';
const waveAnnotation = 'argocd.argoproj.io/sync-wave';
const helmWeightAnnotation = 'helm.sh/hook-weight';

export function annotationOf(object: KubeObject, name: string): string | undefined {
  return object.metadata.annotations?.[name];
}

/** The comma list of an annotation, without blanks around its items; undefined where the object has none. */
export function annotationList(object: KubeObject, name: string): readonly string[] | undefined {
  return annotationOf(object, name)
    ?.split(',')
    .map((item) => item.trim());
}

/** Whether an annotation with a comma list holds exactly this item. */
export function annotationHolds(object: KubeObject, name: string, item: string): boolean {
  return annotationList(object, name)?.includes(item) === true;
}

/**
 * What a hook annotation makes of an object (Argo CD v3.5): `skip` where it says Skip alone, `hook` for every other value, known or
 * not. Helm's counts where there is no Argo one, and `crd-install` there is an ordinary object.
 */
export function hookKindOf(object: KubeObject): 'none' | 'skip' | 'hook' {
  const own = annotationList(object, hookAnnotation);
  if (own !== undefined) return own.length === 1 && own[0] === 'Skip' ? 'skip' : 'hook';
  const helm = annotationList(object, helmHookAnnotation);
  return helm === undefined || helm.includes('crd-install') ? 'none' : 'hook';
}

/** The object's own wave: an integer, or the Helm hook weight, or 0. */
export function ownWaveOf(object: KubeObject): number {
  return integerOf(annotationOf(object, waveAnnotation)) ?? integerOf(annotationOf(object, helmWeightAnnotation)) ?? 0;
}

function integerOf(text: string | undefined): number | undefined {
  // Go reads 64 bits; what is larger is no number there.
  return text !== undefined && /^[+-]?\d+$/.test(text) && Math.abs(Number(text)) < 2 ** 63 ? Number(text) : undefined;
}

/** Whether the object's own `sync-options` hold an option, by exact text. */
export function objectOption(object: KubeObject, option: string): boolean {
  return annotationHolds(object, syncOptionsAnnotation, option);
}
