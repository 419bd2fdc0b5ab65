import type { Scalar } from 'yaml';
import { stringify } from 'yaml';

export type QuoteStyle = 'plain' | 'double' | 'single';

/** The quotes of a scalar; undefined for block scalars, which have none. */
export function quoteStyleOf(scalar: Pick<Scalar, 'type'>): QuoteStyle | undefined {
  if (scalar.type === 'QUOTE_DOUBLE') return 'double';
  if (scalar.type === 'QUOTE_SINGLE') return 'single';
  return scalar.type === 'PLAIN' ? 'plain' : undefined;
}

/** A text of one line as a YAML scalar in a style. A plain one gets double quotes where a reader could take it for something else. */
export function scalarText(value: string, style: QuoteStyle): string {
  if (style === 'single') return `'${value.replaceAll("'", "''")}'`;
  if (style === 'double' || couldBeMisread(value)) return JSON.stringify(value);
  return value;
}

/**
 * Whether some YAML reader takes a plain text for a number, a boolean, a date, null or structure: YAML 1.1 and 1.2 by the rules of
 * `yaml`, Go's readers (yaml.v3, which strips underscores before it looks for a number) by our own.
 */
function couldBeMisread(value: string): boolean {
  if (!Number.isNaN(Number(value.replaceAll('_', '')))) return true;
  if (/[,[\]{}]/.test(value)) return true;
  return stringify(value, { compat: 'yaml-1.1', lineWidth: 0 }).trimEnd() !== value;
}
