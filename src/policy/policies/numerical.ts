import { compareBytes, type Policy } from './policy.ts';

/**
 * The greatest number; a constraint does not count. Texts are read as Flux image-reflector v1.2 does (Go's strconv.ParseFloat), but one
 * that is no number is only dropped, and whole numbers are told apart beyond the 53 bits of a float.
 */
export const numerical: Policy = {
  orders: 'text',
  rank: () => {
    const read = reader();
    return {
      kind: 'ranked',
      ranking: {
        dropped: (tag) => (read(tag) === undefined ? { rule: 'strategy', because: `${tag} is no number` } : undefined),
        ranks: (tag) => read(tag) !== undefined,
        compare: (left, right) => compareNumbers(read(left), read(right)) || compareBytes(left, right),
        isNewer: (left, right) => compareNumbers(read(left), read(right)) > 0,
        pinned: false,
      },
    };
  },
};

/** `whole` is the exact value of a text of digits alone. */
type Numeral = { readonly float: number; readonly whole?: bigint };

function compareNumbers(left: Numeral | undefined, right: Numeral | undefined): number {
  if (left === undefined || right === undefined) return 0;
  if (left.float !== right.float) return left.float < right.float ? -1 : 1;
  if (left.whole === undefined || right.whole === undefined || left.whole === right.whole) return 0;
  return left.whole < right.whole ? -1 : 1;
}

const decimal = /^[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?$/;
const hexadecimal = /^([+-]?)0[xX]_?([\da-fA-F_]*)\.?([\da-fA-F_]*)[pP]([+-]?\d[\d_]*)$/;

function parseNumber(text: string): Numeral | undefined {
  const float = parseGoFloat(text);
  if (float === undefined) return undefined;
  return /^\d+$/.test(text) ? { float, whole: BigInt(text) } : { float };
}

/** Go's strconv.ParseFloat (1.26) without NaN, which has no place in an order; undefined where it fails, also for what is out of range. */
function parseGoFloat(text: string): number | undefined {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  // An underscore stands between two digits, or behind the 0x.
  if (/__|_$|^[+-]?_|[^\da-fA-FxX]_|_[^\da-fA-F]/.test(text)) return undefined;
  const value = decimal.test(text) ? Number(text.replaceAll('_', '')) : parseHexadecimal(text);
  return value === undefined || !Number.isFinite(value) ? undefined : value;
}

function parseHexadecimal(text: string): number | undefined {
  const match = hexadecimal.exec(text);
  if (match === null) return undefined;
  const [sign = '', whole = '', fraction = '', exponent = '0'] = match.slice(1).map((part) => part.replaceAll('_', ''));
  if (whole + fraction === '') return undefined;
  const mantissa = Number(`0x${whole}${fraction}`);
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
}

/** Reads each text once: an order compares every text many times. */
function reader(): (text: string) => Numeral | undefined {
  const numbers = new Map<string, Numeral | undefined>();
  return (text) => {
    if (!numbers.has(text)) numbers.set(text, parseNumber(text));
    return numbers.get(text);
  };
}
