import type { Builtin } from './builtin.ts';
import { collections } from './builtins-collections.ts';
import { numbers } from './builtins-numbers.ts';
import { texts } from './builtins-text.ts';
import { times } from './builtins-time.ts';

/** The functions of expr 1.15.5 that take no closure, by name. */
export const builtins: Readonly<Record<string, Builtin>> = { ...collections, ...numbers, ...texts, ...times };
