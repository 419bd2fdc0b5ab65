import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { describeProblem } from '../../kernel/problem.ts';
import { whyUnreadable } from '../../kernel/unreadable.ts';
import type { Compat } from '../../policy/annotations/annotation.ts';
import { type Checked, checkText, type Finding } from './findings.ts';

export type CheckOptions = { readonly output: 'text' | 'json'; readonly strict: boolean; readonly compat: Compat };

/** Where the command reads and writes beside its files. */
export type CheckStreams = {
  readonly input: NodeJS.ReadableStream;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
};

type Read = { readonly file: string; readonly text: string } | { readonly file: string; readonly because: string };

/**
 * `windlass check FILE...`: what is wrong with the annotations of the Applications in these files (`-`: standard input). Answers the exit
 * status: 0, 1 with problems (`strict`: or warnings), 2 where a file cannot be read.
 */
export async function check(files: readonly string[], options: CheckOptions, streams: CheckStreams): Promise<number> {
  const read = await Promise.all([...new Set(files)].map((file) => readOne(file, streams.input)));
  const unreadable = read.flatMap((one) => ('because' in one ? [one] : []));
  const checked = sumOf(read.flatMap((one) => ('text' in one ? [checkText(one.file, one.text, options.compat)] : [])));
  for (const { file, because } of unreadable) streams.err(`cannot read ${file}: ${because}\n`);
  streams.out(options.output === 'json' ? jsonOf(withUnread(checked, unreadable)) : textOf(checked, unreadable.length, options.strict));
  if (unreadable.length > 0) return 2;
  return checked.findings.some(({ level }) => level === 'problem' || (options.strict && level === 'warning')) ? 1 : 0;
}

/** A reader of JSON sees only that: what was not read is a finding there. */
function withUnread(checked: Checked, unread: readonly { readonly file: string; readonly because: string }[]): Checked {
  const findings = unread.map(({ file, because }) => ({
    ...{ level: 'problem' as const, file, line: 1, at: 'the file' },
    ...{ got: because, expected: 'a file that can be read' },
  }));
  return { ...checked, findings: [...findings, ...checked.findings] };
}

async function readOne(file: string, input: NodeJS.ReadableStream): Promise<Read> {
  try {
    return file === '-' ? { file: 'standard input', text: await readAll(input) } : { file, text: await readFile(file, 'utf8') };
  } catch (thrown) {
    return { file, because: whyUnreadable(thrown) };
  }
}

function sumOf(all: readonly Checked[]): Checked {
  const sum = (count: (one: Checked) => number): number => all.reduce((total, one) => total + count(one), 0);
  return {
    findings: all.flatMap(({ findings }) => findings),
    applications: sum(({ applications }) => applications),
    applicationSets: sum(({ applicationSets }) => applicationSets),
    others: sum(({ others }) => others),
  };
}

function countOf(findings: readonly Finding[], level: Finding['level']): number {
  return findings.filter((finding) => finding.level === level).length;
}

/** One JSON object; `version` changes when a reader must. */
function jsonOf({ findings, applications, applicationSets, others }: Checked): string {
  const counts = { problems: countOf(findings, 'problem'), warnings: countOf(findings, 'warning') };
  return `${JSON.stringify({ version: 1, applications, applicationSets, skipped: others, ...counts, findings }, null, 2)}\n`;
}

function textOf(checked: Checked, unread: number, strict: boolean): string {
  const { findings, applications, applicationSets, others } = checked;
  const sets = applicationSets === 0 ? '' : ` and ${counted(applicationSets, 'ApplicationSet')}`;
  const skipped = others === 0 ? '' : `, ${counted(others, 'other document')} skipped`;
  const missing = unread === 0 ? '' : `, ${counted(unread, 'file')} not read`;
  const found = findings.length + unread === 0 ? 'nothing to say' : foundOf(findings, strict);
  return `${[...findings.map(lineOf), `${counted(applications, 'Application')}${sets} checked${skipped}${missing}: ${found}`].join('\n')}\n`;
}

/** Notes are about what was not judged, and count nowhere. */
function foundOf(findings: readonly Finding[], strict: boolean): string {
  const [problems, warnings] = [countOf(findings, 'problem'), countOf(findings, 'warning')];
  return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}${strict && warnings > 0 ? ' (--strict: a warning counts as a problem)' : ''}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** As compilers write it, so that editors find the line. Keys are foreign texts and stay on one line. */
function lineOf({ file, line, level, application, applicationSet, ...said }: Finding): string {
  const owner = application === undefined ? '' : `Application ${application}: `;
  const about = applicationSet === undefined ? owner : `ApplicationSet ${applicationSet}: `;
  return `${file}:${line}: ${level}: ${about}${said.sentence ?? describeProblem(said)}`.replaceAll(/\p{Cc}/gu, ' ');
}
