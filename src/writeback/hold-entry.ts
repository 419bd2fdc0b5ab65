import * as z from 'zod';
import { oneLine } from '../kernel/escape.ts';
import type { Hold } from '../kernel/hold.ts';
import { isDigest, isTag } from '../kernel/image.ts';
import type { DocPath, Place } from '../kernel/place.ts';
import { describePath, isGitPlace } from '../kernel/place.ts';
import type { Problem } from '../kernel/problem.ts';
import { millisOf } from '../kernel/time.ts';
import { scalarText } from './scalar-text.ts';

type Here = { readonly repo: string; readonly branch: string };

const text = z.string('a text').min(1, 'a text');
const time = text.refine((value) => !Number.isNaN(millisOf(value)), 'a time such as 2026-01-31T12:00:00.000Z');
const steps = z.array(z.union([text, z.object({ key: text, is: z.string() })])).min(1);
const path = z.union([text.transform(parsePath).pipe(steps), steps], 'a path such as images[name=reg/shop].newTag');
const ref = z.object({ cluster: z.string(), group: z.string(), kind: text, namespace: z.string(), name: text, uid: text.optional() });
const place = z.union(
  [z.object({ repo: text.optional(), branch: text.optional(), file: text, path }), z.object({ application: ref, path })],
  'file and path (or application and path)',
);

const Entry = z.object(
  {
    place,
    image: text,
    tag: text.refine(isTag, 'a tag').optional(),
    digests: z.array(text.refine(isDigest, 'a digest'), 'a list of digests'),
    verdict: text,
    because: text,
    since: time,
    until: time.optional(),
    suspected: z.enum(['true', 'false'], 'true or false').optional(),
    by: z.literal('person', 'person').optional(),
  },
  'a mapping',
);

/** One entry of the holds file, whose scalars are all texts. Unknown keys are left alone. A place without repo and branch is here. */
export function readHold(value: unknown, at: string, here: Here): { readonly hold?: Hold; readonly problems: readonly Problem[] } {
  const parsed = Entry.safeParse(value);
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => problemOf(issue, value, at)) };
  const { place: written, suspected, tag, until, by, ...rest } = parsed.data;
  const hold: Hold = {
    ...rest,
    place: placeOf(written, here),
    ...(tag === undefined ? {} : { tag }),
    ...(until === undefined ? {} : { until }),
    ...(suspected === 'true' ? { suspected: true as const } : {}),
    ...(by === undefined ? {} : { by }),
  };
  return { hold, problems: [] };
}

function placeOf(written: z.infer<typeof place>, here: Here): Place {
  if ('file' in written)
    return { repo: written.repo ?? here.repo, branch: written.branch ?? here.branch, file: written.file, path: written.path };
  const { uid, ...application } = written.application;
  return { application: { ...application, ...(uid === undefined ? {} : { uid }) }, path: written.path };
}

function problemOf(issue: z.core.$ZodIssue, value: unknown, at: string): Problem {
  const where = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const got = issue.path.reduce<unknown>(
    (inner, step) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined),
    value,
  );
  return { at: `${at}${where}`, got: got === undefined ? 'nothing' : JSON.stringify(got), expected: issue.message };
}

/** `images[name=reg/shop].newTag` back to its steps. */
function parsePath(written: string): DocPath {
  const found = written.matchAll(/\[([^[\]=]+)=([^\]]*)\]|([^.[\]]+)/g);
  return [...found].map(([, key, is, name]) => (key === undefined ? (name ?? '') : { key, is: is ?? '' }));
}

/** The lines of an entry as people read it: `- place:` and below, without indentation before the dash. */
export function holdLines(hold: Hold, here: Here): readonly string[] {
  const lines = [
    'place:',
    ...placeLines(hold.place, here),
    field('image', hold.image),
    ...optional('tag', hold.tag),
    hold.digests.length === 0 ? 'digests: []' : 'digests:',
    ...hold.digests.map((digest) => `- ${quoted(digest)}`),
    field('verdict', oneLine(hold.verdict)),
    field('because', oneLine(hold.because)),
    field('since', hold.since),
    ...optional('until', hold.until),
    ...(hold.suspected === true ? ['suspected: true'] : []),
    ...optional('by', hold.by),
  ];
  return lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}`);
}

function placeLines(held: Place, here: Here): readonly string[] {
  const lines = isGitPlace(held)
    ? [
        ...optional('repo', held.repo === here.repo ? undefined : held.repo),
        ...optional('branch', held.branch === here.branch ? undefined : held.branch),
        field('file', held.file),
      ]
    : ['application:', ...Object.entries(held.application).map(([key, value]) => `  ${field(key, value)}`)];
  return [...lines, `path: ${pathText(held.path)}`].map((line) => `  ${line}`);
}

/** The path as text where it can be read back, else as a list of its steps. */
function pathText(steps: DocPath): string {
  const written = describePath(steps);
  return JSON.stringify(parsePath(written)) === JSON.stringify(steps) ? quoted(written) : JSON.stringify(steps);
}

function optional(key: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [field(key, value)];
}

function field(key: string, value: string): string {
  return `${key}: ${quoted(value)}`;
}

function quoted(value: string): string {
  return scalarText(value, 'plain');
}
