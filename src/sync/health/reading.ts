import { isBody } from '../../kernel/json.ts';
import type { Body } from '../../kernel/json.ts';
import type { Health } from '../step.ts';

/** What a health rule answers; messages are those that Argo CD v3.5 prints. */
export type HealthAnswer = { readonly status: Health; readonly message?: string };

/** A health rule: given the whole object, its health; undefined where the kind says nothing about it. */
export type HealthCheck = (object: Body) => HealthAnswer | undefined;

/** A nested object, empty where it is absent. */
export function bodyAt(value: Body, ...path: readonly string[]): Body {
  return path.reduce<Body>((held, key) => {
    const next = held[key];
    return isBody(next) ? next : {};
  }, value);
}

export function numberAt(value: Body, key: string): number {
  const held = value[key];
  return typeof held === 'number' ? held : 0;
}

export function textAt(value: Body, key: string): string {
  const held = value[key];
  return typeof held === 'string' ? held : '';
}

export function listAt(value: Body, key: string): readonly Body[] {
  const held = value[key];
  return Array.isArray(held) ? held.filter(isBody) : [];
}

/** The condition of a type, in `status.conditions`. */
export function conditionOf(object: Body, type: string): Body | undefined {
  return listAt(bodyAt(object, 'status'), 'conditions').find((condition) => condition['type'] === type);
}

export function healthy(message?: string): HealthAnswer {
  return answer('Healthy', message);
}

export function progressing(message?: string): HealthAnswer {
  return answer('Progressing', message);
}

export function degraded(message?: string): HealthAnswer {
  return answer('Degraded', message);
}

export function suspended(message?: string): HealthAnswer {
  return answer('Suspended', message);
}

function answer(status: Health, message: string | undefined): HealthAnswer {
  return message === undefined || message === '' ? { status } : { status, message };
}
