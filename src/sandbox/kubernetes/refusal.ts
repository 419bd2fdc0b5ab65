import type { Body } from '../../kernel/json.ts';

export type Cause = { readonly reason: string; readonly message: string; readonly field: string };

/** A request that is answered with a metav1.Status of status Failure. */
export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Body;

  constructor(code: number, reason: string, message: string, details: Body = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** What a refusal is about, for its sentence and details. */
export type Subject = { readonly group: string; readonly plural: string; readonly kind: string };

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'BadRequest', message);
}

export function notFound(subject: Subject, name: string): Refusal {
  return new Refusal(404, 'NotFound', `${qualified(subject)} "${name}" not found`, detailsOf(subject, name));
}

export function alreadyExists(subject: Subject, name: string): Refusal {
  return new Refusal(409, 'AlreadyExists', `${qualified(subject)} "${name}" already exists`, detailsOf(subject, name));
}

export function conflict(subject: Subject, name: string, because: string): Refusal {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${because}`;
  return new Refusal(409, 'Conflict', message, detailsOf(subject, name));
}

/** 422; `causes` name the fields. */
export function invalid(subject: Subject, name: string, causes: readonly Cause[]): Refusal {
  const sentences = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const what = sentences.length === 1 ? (sentences[0] ?? '') : `[${sentences.join(', ')}]`;
  const qualifiedKind = subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`;
  const details = { ...detailsOf(subject, name), kind: subject.kind, causes };
  return new Refusal(422, 'Invalid', `${qualifiedKind} "${name}" is invalid: ${what}`, details);
}

export function expired(message: string): Refusal {
  return new Refusal(410, 'Expired', message);
}

/** The metav1.Status that a refusal is answered with. */
export function statusOf(refusal: Refusal): Body {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: refusal.message,
    reason: refusal.reason,
    details: refusal.details,
    code: refusal.code,
  };
}

function qualified(subject: Subject): string {
  return subject.group === '' ? subject.plural : `${subject.plural}.${subject.group}`;
}

function detailsOf(subject: Subject, name: string): Body {
  return { name, kind: subject.plural, ...(subject.group === '' ? {} : { group: subject.group }) };
}
