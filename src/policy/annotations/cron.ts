type Field = { readonly name: string; readonly from: number; readonly to: number; readonly words: readonly string[] };

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The five fields in order; `words` start at `from`. Sunday is 0 and 7. */
const fields: readonly Field[] = [
  { name: 'minute', from: 0, to: 59, words: [] },
  { name: 'hour', from: 0, to: 23, words: [] },
  { name: 'day of month', from: 1, to: 31, words: [] },
  { name: 'month', from: 1, to: 12, words: months },
  { name: 'day of week', from: 0, to: 7, words: days },
];

/** Why a text is no expression of five cron fields (POSIX crontab, with steps and three-letter names); undefined where it is one. */
export function cronFlaw(text: string): string | undefined {
  const parts = text.split(' ');
  if (parts.length !== fields.length || parts.includes('')) return `got ${text === '' ? 0 : parts.length} fields`;
  return fields.map((field, index) => fieldFlaw(parts[index] ?? '', field)).find((flaw) => flaw !== undefined);
}

function fieldFlaw(text: string, field: Field): string | undefined {
  const bad = text.split(',').find((item) => !isItem(item, field));
  return bad === undefined ? undefined : `${field.name}: got ${JSON.stringify(bad)}, expected ${field.from}-${field.to}`;
}

/** `*`, a value or a range, behind it a step where it is not a single value. */
function isItem(text: string, field: Field): boolean {
  const [range = '', step, ...more] = text.split('/');
  if (more.length > 0 || (step !== undefined && !/^0*[1-9]\d{0,2}$/.test(step))) return false;
  if (range === '*') return true;
  const ends = range.split('-').map((end) => valueOf(end, field));
  const [from, to] = ends;
  if (from === undefined || ends.length > 2) return false;
  if (ends.length === 1) return step === undefined;
  return to !== undefined && from <= to;
}

function valueOf(text: string, { from, to, words }: Field): number | undefined {
  const word = words.indexOf(text.toLowerCase());
  if (word >= 0) return from + word;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return value >= from && value <= to ? value : undefined;
}
