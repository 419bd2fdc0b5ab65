import { isBody, type Body } from '../../kernel/json.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { Compat } from '../../policy/annotations/annotation.ts';
import { settingsOf } from '../../policy/annotations/settings.ts';
import { readWatches } from '../../policy/annotations.ts';
import { type FileObject, readObjects } from './documents.ts';
import { notWritten } from './not-written.ts';

/** One thing that a person should change (`problem`), or should at least know (`warning`). `line` counts from 1. */
export type Finding = Problem & {
  readonly level: 'problem' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly application?: string;
};

/** What was found in one file: how many Applications were looked at, how many other documents were not. */
export type Checked = { readonly findings: readonly Finding[]; readonly applications: number; readonly others: number };

type Levelled = Problem & { readonly level: Finding['level'] };

/** Checks the annotations of every Application in a text with YAML documents. */
export function checkText(file: string, text: string, compat: Compat): Checked {
  const { objects, broken } = readObjects(text);
  const applications = objects.filter(({ body }) => isApplication(body));
  const unread = broken.map(({ line, because }) => ({
    ...{ level: 'problem' as const, file, line, at: 'the document' },
    ...{ got: because, expected: 'YAML' },
  }));
  const findings = [...unread, ...applications.flatMap((one) => checkApplication(file, one, compat))];
  return {
    findings: findings.toSorted((left, right) => left.line - right.line),
    applications: applications.length,
    others: objects.length - applications.length,
  };
}

function isApplication({ apiVersion, kind }: Body): boolean {
  return kind === 'Application' && typeof apiVersion === 'string' && apiVersion.startsWith('argoproj.io/');
}

function checkApplication(file: string, object: FileObject, compat: Compat): readonly Finding[] {
  const metadata = isBody(object.body['metadata']) ? object.body['metadata'] : {};
  const text = (key: string): string => (typeof metadata[key] === 'string' ? metadata[key] : '');
  const [namespace, name] = [text('namespace'), text('name')];
  const application = `${namespace === '' ? '' : `${namespace}/`}${name === '' ? '(without name)' : name}`;
  const { texts, problems } = textsOf(metadata['annotations'], (key) => object.writtenAt(['metadata', 'annotations', key]));
  const ref = { cluster: '', group: 'argoproj.io', kind: 'Application', namespace, name };
  const wishes = readWatches(ref, texts, compat);
  const unwritten = wishes.kind === 'watched' ? notWritten(wishes.writeBack, texts, object.body['spec']) : [];
  return [...problems, ...levelled(wishes, texts), ...unwritten].map((problem) => ({
    level: problem.level,
    file,
    line: object.lineOf(problem.at.startsWith('spec.') ? problem.at.split('.') : ['metadata', 'annotations', problem.at]),
    application,
    at: problem.at,
    got: problem.got,
    expected: problem.expected,
  }));
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
