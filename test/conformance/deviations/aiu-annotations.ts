import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { answer as answerOf } from '../adapters/aiu-annotations.ts';
import type { Input } from '../adapter.ts';
import type { Deviation } from '../deviations.ts';

const prefix = 'argocd-image-updater.argoproj.io/';

/** Where keys and credentials are read otherwise than by Image Updater v0.18. */
export const annotationDeviations: readonly Deviation[] = [
  {
    set: 'aiu-annotations',
    because: 'An alias with / is read with _ for it (v0.18) and as it is (v1.3): both were documented, and neither means anything else.',
    covers: (input) => keysOf(input).some(isRawAlias),
    instead: (answer, input) => sameJson(answer, answerOf({ ...input, annotations: withoutSlashes(input) })),
  },
  {
    set: 'aiu-annotations',
    because: 'calver and numerical are strategies here, not misspelled ones.',
    covers: (input) => valuesOf(input, 'update-strategy').some((value) => /^(calver|numerical)$/i.test(value)),
    instead: (answer) => /"strategy":"(calver|numerical)"/.test(JSON.stringify(answer)),
  },
  {
    set: 'aiu-annotations',
    because: 'A Secret without namespace or name is refused at once, not when it is first needed.',
    covers: (input) => /^\s*git:secret:[^/]*\s*$|^\s*git:secret:(?:\/.*|[^/]*\/|.*\/.*\/.*)\s*$/.test(methodOf(input)),
    instead: (answer) => sameJson(answer, { error: true }),
  },
  {
    set: 'aiu-annotations',
    because: 'A script is named by an absolute path: Image Updater says so too, but only when it would run it.',
    covers: (input) => [String(input['text']), ...valuesOf(input, 'pull-secret')].some((text) => /^(?:[^=]+=)?ext:[^/]/i.test(text)),
    instead: (answer) => sameJson(answer, { error: true }) || !JSON.stringify(answer).includes('"pullSecret":true'),
  },
];

function annotationsOf(input: Input): Readonly<Record<string, string>> {
  const { annotations, application } = input;
  if (isBody(annotations)) return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, String(value)]));
  const metadata = isBody(application) && isBody(application['metadata']) ? application['metadata'] : {};
  return isBody(metadata['annotations']) ? annotationsOf({ annotations: metadata['annotations'] }) : {};
}

function keysOf(input: Input): readonly string[] {
  return Object.keys(annotationsOf(input));
}

function valuesOf(input: Input, option: string): readonly string[] {
  return Object.entries(annotationsOf(input)).flatMap(([key, value]) => (new RegExp(`[/.]${option}$`).test(key) ? [value] : []));
}

function methodOf(input: Input): string {
  return annotationsOf(input)[`${prefix}write-back-method`] ?? '';
}

function isRawAlias(key: string): boolean {
  return key.slice(prefix.length).includes('/');
}

/** The same annotations with `_` for `/` in aliases; where both are there, that one counts. */
function withoutSlashes(input: Input): Readonly<Record<string, string>> {
  const annotations = annotationsOf(input);
  const raw = Object.entries(annotations).filter(([key]) => isRawAlias(key));
  const others = Object.entries(annotations).filter(([key]) => !isRawAlias(key));
  return {
    ...Object.fromEntries(raw.map(([key, value]) => [`${prefix}${key.slice(prefix.length).replaceAll('/', '_')}`, value])),
    ...Object.fromEntries(others),
  };
}
