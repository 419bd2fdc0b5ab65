import { isBody, type Body } from '../../kernel/json.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { Compat } from '../../policy/annotations/annotation.ts';
import { settingsOf } from '../../policy/annotations/settings.ts';
import { readWatches } from '../../policy/annotations.ts';
import { type FileObject, readObjects } from './documents.ts';
import { hasSource, notWritten } from './not-written.ts';

/**
 * One thing that a person should change (`problem`), should at least know (`warning`), or that could not be judged (`note`). `line` counts
 * from 1.
 */
export type Finding = Problem & {
  readonly level: 'problem' | 'warning' | 'note';
  readonly file: string;
  readonly line: number;
  readonly application?: string;
  /** Whose template it is about. */
  readonly applicationSet?: string;
  /** The whole sentence, where "got, expected" says it badly. */
  readonly sentence?: string;
};

/** What was found in one file: how many Applications and ApplicationSets were looked at, how many other documents were not. */
export type Checked = {
  readonly findings: readonly Finding[];
  readonly applications: number;
  readonly applicationSets: number;
  readonly others: number;
};

type Levelled = Problem & { readonly level: Finding['level'] };

/** Checks the annotations of every Application, and of the template of every ApplicationSet, in a text with YAML documents. */
export function checkText(file: string, text: string, compat: Compat): Checked {
  const { objects, broken } = readObjects(text);
  const applications = objects.filter(({ body }) => isOurs(body, 'Application'));
  const sets = objects.filter(({ body }) => isOurs(body, 'ApplicationSet'));
  const unread = broken.map((one) => ({ level: 'problem' as const, file, at: 'the document', ...one }));
  const findings = [
    ...unread,
    ...applications.flatMap((one) => checkApplication(file, { object: one, base: [], named: { application: nameOf(one) } }, compat)),
    ...sets.flatMap((one) => checkTemplate(file, one, compat)),
  ];
  return {
    findings: findings.toSorted((left, right) => left.line - right.line),
    applications: applications.length,
    applicationSets: sets.length,
    others: objects.length - applications.length - sets.length,
  };
}

function isOurs({ apiVersion, kind }: Body, wanted: string): boolean {
  return kind === wanted && typeof apiVersion === 'string' && apiVersion.startsWith('argoproj.io/');
}

function nameOf({ body }: FileObject): string {
  const [namespace, name] = [textAt(body, ['metadata', 'namespace']), textAt(body, ['metadata', 'name'])];
  return `${namespace === '' ? '' : `${namespace}/`}${name === '' ? '(without name)' : name}`;
}

/** What stands where an Application's text begins: the document, or the template in it; `isOpen` where a patch may add to it. */
type Subject = {
  readonly isOpen?: boolean;
  readonly object: FileObject;
  readonly base: readonly string[];
  readonly named: Pick<Finding, 'application' | 'applicationSet'>;
};

function checkApplication(file: string, { object, base, named, isOpen = false }: Subject, compat: Compat): readonly Finding[] {
  const body = valueAt(object.body, base);
  const annotations = valueAt(body, ['metadata', 'annotations']);
  const { texts, problems } = textsOf(annotations, (key) => object.writtenAt([...base, 'metadata', 'annotations', key]));
  const [namespace, name] = [textAt(body, ['metadata', 'namespace']), textAt(body, ['metadata', 'name'])];
  const wishes = readWatches({ cluster: '', group: 'argoproj.io', kind: 'Application', namespace, name }, texts, compat);
  const judged = { annotations: texts, spec: specOf(body), isWhole: !isOpen && hasSource(valueAt(body, ['spec'])) };
  const unwritten = wishes.kind === 'watched' ? notWritten({ writeBack: wishes.writeBack, ...judged }) : [];
  return [...problems, ...levelled(wishes, texts), ...unwritten].map(({ level, at, got, expected }) => {
    const path = at.startsWith('spec.') ? at.split('.') : ['metadata', 'annotations', at];
    return { level, file, line: object.lineOf([...base, ...path]), ...named, at, got, expected };
  });
}

/** What is judged of a source is its path: where that is made by a template, nothing is known of it. */
function specOf(body: unknown): unknown {
  return isTemplated(textAt(body, ['spec', 'source', 'path'])) ? undefined : valueAt(body, ['spec']);
}

/** A text with a template in it says nothing about what comes out: it is read, so that the others are, and named in place of judged. */
function checkTemplate(file: string, object: FileObject, compat: Compat): readonly Finding[] {
  const base = ['spec', 'template'];
  const named = { applicationSet: nameOf(object) };
  const annotations = valueAt(object.body, [...base, 'metadata', 'annotations']);
  const templated = new Map(
    Object.entries(isBody(annotations) ? annotations : {}).filter(([key, value]) => isTemplated(key) || isTemplated(value)),
  );
  const note = (path: readonly string[], at: string, got: string): Finding => {
    return { level: 'note', file, line: object.lineOf(path), ...named, at, got, expected: 'a text without {{ to be checked' };
  };
  const patch = textAt(object.body, ['spec', 'templatePatch']);
  const isOpen = patch !== '' || [...templated.keys()].some(isTemplated);
  return [
    ...checkApplication(file, { object, base, named, isOpen }, compat).filter(({ at }) => !templated.has(at)),
    ...[...templated]
      .filter(([at]) => settingsOf({ [at]: '' }).size > 0)
      .map(([at, value]) => note([...base, 'metadata', 'annotations', at], at, JSON.stringify(value))),
    ...(patch === '' ? [] : [note(['spec', 'templatePatch'], 'spec.templatePatch', 'a patch of the template')]),
  ];
}

function isTemplated(value: unknown): boolean {
  return typeof value === 'string' && value.includes('{{');
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isBody(inner) ? inner[key] : undefined), value);
}

/** '' where there is none. */
function textAt(value: unknown, path: readonly string[]): string {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : '';
}

type Texts = { readonly texts: Readonly<Record<string, string>>; readonly problems: readonly Levelled[] };

/** Kubernetes takes nothing but texts, and refuses the whole object for one that is none. `writtenAt` answers how a value is spelled. */
function textsOf(annotations: unknown, writtenAt: (key: string) => string | undefined): Texts {
  const entries = isBody(annotations) ? Object.entries(annotations) : [];
  const texts = entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []));
  const problems = entries.flatMap(([at, value]) => (typeof value === 'string' ? [] : [noText(at, value, writtenAt(at))]));
  const wrong = annotations === undefined || annotations === null || isBody(annotations) ? [] : [notAMapping(annotations)];
  return { texts: Object.fromEntries(texts), problems: [...problems, ...wrong] };
}

function noText(at: string, value: unknown, written = JSON.stringify(value)): Levelled {
  const read = typeof value === 'boolean' && written !== String(value) ? ` (YAML reads it as ${String(value)})` : '';
  return { level: 'problem', at, got: `${written}, which is no text${read}`, expected: 'a text: write it in quotes' };
}

function notAMapping(annotations: unknown): Levelled {
  return { level: 'problem', at: 'metadata.annotations', got: JSON.stringify(annotations), expected: 'a mapping' };
}

function levelled(wishes: ReturnType<typeof readWatches>, texts: Readonly<Record<string, string>>): readonly Levelled[] {
  const as = (level: Finding['level'], problems: readonly Problem[]) => problems.map((problem) => ({ ...problem, level }));
  switch (wishes.kind) {
    case 'refused':
      return [...as('problem', wishes.problems), ...as('warning', wishes.warnings)];
    case 'watched':
      return [...as('problem', wishes.blocked), ...as('warning', wishes.warnings)];
    case 'unmanaged':
      return as('warning', unread(texts));
  }
}

/** Without `image-list` nothing is managed, and somebody may have misspelled it. */
function unread(texts: Readonly<Record<string, string>>): readonly Problem[] {
  const expected = 'image-list beside it: without it the Application is not managed';
  const ours = [...settingsOf(texts).entries()].filter(([key]) => !key.startsWith('on-error'));
  return ours.map(([, { at }]) => ({ at, got: 'a key that nothing reads', expected }));
}
