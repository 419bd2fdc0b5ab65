import * as z from 'zod';
import { Explanation, Trial } from '../src/reconcile/explain/record.ts';

function schemaOf(record: z.ZodType, title: string): string {
  return `${JSON.stringify({ title, ...z.toJSONSchema(record, { io: 'input' }) }, null, 2)}\n`;
}

/** JSON Schemas of what commands print with `-o json`, by their paths from the root. */
export function recordSchemas(): readonly (readonly [path: string, text: string])[] {
  return [
    ['docs/schemas/explanation.v1.json', schemaOf(Explanation, 'windlass explain -o json')],
    ['docs/schemas/trial.v1.json', schemaOf(Trial, 'windlass try -o json')],
  ];
}
