import type { ObjectRef } from '../../kernel/refs.ts';
import { refKey } from '../../kernel/refs.ts';
import type { Condition } from '../board.ts';

/** Collects conditions by Application, each sentence once. */
export class Refusals {
  readonly #byApp = new Map<string, readonly Condition[]>();

  add(application: ObjectRef, type: string, message: string): void {
    const known = this.of(application);
    if (!known.some((condition) => condition.message === message)) this.#byApp.set(refKey(application), [...known, { type, message }]);
  }

  of(application: ObjectRef): readonly Condition[] {
    return this.#byApp.get(refKey(application)) ?? [];
  }
}
