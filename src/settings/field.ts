import { isIP } from 'node:net';
import { parseGoDuration } from '../kernel/duration.ts';
import { isBody } from '../kernel/json.ts';
import { hiddenUrl, urlRule } from './address.ts';

/** A problem inside one value; `under` is what is appended to the setting's own path (`[0].apiUrl`). */
export type Flaw = { readonly under: string; readonly got: string; readonly expected: string };

/** `partly` is what could be read of a list all the same: an entry with a flaw is undefined in it. */
type FieldRead<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'refused'; readonly flaws: readonly Flaw[]; readonly partly?: unknown };

/** One setting: its default as a person writes it, how it is read, and how a flag's or variable's text becomes the written value. */
export type Field<Value> = {
  readonly preset: unknown;
  readonly read: (written: unknown) => FieldRead<Value>;
  readonly fromText: (text: string) => unknown;
};

export function showWritten(written: unknown): string {
  return written === undefined ? 'nothing' : JSON.stringify(written);
}

function refuse(written: unknown, expected: string): FieldRead<never> {
  return { kind: 'refused', flaws: [{ under: '', got: showWritten(written), expected }] };
}

type Rule = { readonly accepts: (written: string) => boolean; readonly expected: string };

const asIs = (text: string): unknown => text;

/** Any text, or only text that `accepts`. */
export function text(preset: string, rule?: Rule): Field<string> {
  return {
    preset,
    fromText: asIs,
    read: (written) => {
      if (typeof written !== 'string') return refuse(written, rule?.expected ?? 'a text');
      if (rule !== undefined && !rule.accepts(written)) return refuse(written, rule.expected);
      return { kind: 'read', value: written };
    },
  };
}

/** An address, or nothing where that is the preset. No password in it is shown. */
export function url(preset?: ''): Field<string> {
  const { accepts, hides } = urlRule;
  const expected = preset === undefined ? urlRule.expected : `${urlRule.expected}, or nothing`;
  return {
    preset: preset ?? '',
    fromText: asIs,
    read: (written) => {
      if (typeof written !== 'string') return refuse(written, expected);
      if (accepts(written) || written === preset) return { kind: 'read', value: written };
      return hides(written) ? { kind: 'refused', flaws: [{ under: '', got: hiddenUrl, expected }] } : refuse(written, expected);
    },
  };
}

/** One of a closed list; `notYet` names values that are known and refused, each with its reason. */
export function oneOf<Value extends string>(
  preset: Value,
  values: readonly Value[],
  notYet: Readonly<Record<string, string>> = {},
): Field<Value> {
  return {
    preset,
    fromText: asIs,
    read: (written) => {
      const value = values.find((known) => known === written);
      const known = values.map((each) => JSON.stringify(each)).join(', ');
      const reason = typeof written === 'string' && Object.hasOwn(notYet, written) ? `: ${notYet[written] ?? ''}` : '';
      if (value === undefined || reason !== '') return refuse(written, `one of ${known}${reason}`);
      return { kind: 'read', value };
    },
  };
}

/** A Go duration above zero (`30s`, `2m`), read as milliseconds. */
export function duration(preset: string): Field<number> {
  return {
    preset,
    fromText: asIs,
    read: (written) => {
      const ms = typeof written === 'string' ? parseGoDuration(written) : undefined;
      return ms === undefined || ms <= 0
        ? refuse(written, 'a duration above zero with its unit, such as 30s or 2m')
        : { kind: 'read', value: ms };
    },
  };
}

export function integer(preset: number, least: number, most: number): Field<number> {
  return {
    preset,
    fromText: (written) => (/^-?\d+$/.test(written) ? Number(written) : written),
    read: (written) =>
      typeof written === 'number' && Number.isSafeInteger(written) && written >= least && written <= most
        ? { kind: 'read', value: written }
        : refuse(written, `a whole number from ${least} to ${most}`),
  };
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

/** A size such as `50Mi`, read as bytes. */
export function bytes(preset: string): Field<number> {
  return {
    preset,
    fromText: asIs,
    read: (written) => {
      const match = /^(\d+)(Ki|Mi|Gi|)$/.exec(typeof written === 'number' ? String(written) : typeof written === 'string' ? written : '');
      const size = match === null ? 0 : Number(match[1]) * (unitBytes[match[2] ?? ''] ?? 0);
      return size > 0 ? { kind: 'read', value: size } : refuse(written, 'a size in bytes, such as 4096, 512Ki or 50Mi');
    },
  };
}

export function yesNo(preset: boolean): Field<boolean> {
  return {
    preset,
    fromText: (written) => (written === 'true' ? true : written === 'false' ? false : written),
    read: (written) => (typeof written === 'boolean' ? { kind: 'read', value: written } : refuse(written, 'true or false')),
  };
}

/** A list of texts; as a flag or variable separated by commas. */
export function texts(rule: Rule, preset: readonly string[] = []): Field<readonly string[]> {
  return {
    preset,
    fromText: (written) => written.split(',').map((entry) => entry.trim()),
    read: (written) => {
      if (!Array.isArray(written)) return refuse(written, `a list, each entry ${rule.expected}`);
      const entries: readonly unknown[] = written;
      const good = entries.filter((entry): entry is string => typeof entry === 'string' && rule.accepts(entry));
      if (good.length === entries.length) return { kind: 'read', value: good };
      const flaws = entries.flatMap((entry, index) =>
        typeof entry === 'string' && rule.accepts(entry) ? [] : [{ under: `[${index}]`, got: showWritten(entry), expected: rule.expected }],
      );
      return { kind: 'refused', flaws };
    },
  };
}

/** A list of objects that `readEntry` reads; as a flag or variable it is JSON. */
export function entries<Value>(
  expected: string,
  readEntry: (entry: Readonly<Record<string, unknown>>) => { value: Value } | { flaws: readonly Flaw[] },
): Field<readonly Value[]> {
  return {
    preset: [],
    fromText: (written) => parseJson(written),
    read: (written) => {
      // An entry may hold a password in a wrong place: nothing is shown but what it is.
      if (!Array.isArray(written))
        return { kind: 'refused', flaws: [{ under: '', got: nameOf(written), expected: `a list, each entry ${expected}` }] };
      const answers = written.map((entry: unknown) =>
        isBody(entry) ? readEntry(entry) : { flaws: [{ under: '', got: nameOf(entry), expected }] },
      );
      const flaws = answers.flatMap((answer, index) =>
        'flaws' in answer ? answer.flaws.map((flaw) => ({ ...flaw, under: `[${index}]${flaw.under}` })) : [],
      );
      if (flaws.length > 0) {
        return { kind: 'refused', flaws, partly: answers.map((answer) => ('value' in answer ? answer.value : undefined)) };
      }
      return { kind: 'read', value: answers.flatMap((answer) => ('value' in answer ? [answer.value] : [])) };
    },
  };
}

function nameOf(written: unknown): string {
  if (written === null || written === undefined) return 'nothing';
  if (Array.isArray(written)) return 'a list';
  return typeof written === 'object' ? 'an object' : typeof written === 'string' ? 'a text' : JSON.stringify(written);
}

function parseJson(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}

const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** RFC 1123 label, as Kubernetes wants for namespaces. */
export function isNamespaceName(written: string): boolean {
  return label.test(written);
}

/** A host name, an IP address or a CIDR block. */
export function isHostOrBlock(written: string): boolean {
  const [address = '', bits, ...rest] = written.split('/');
  if (rest.length > 0) return false;
  const version = isIP(address);
  if (bits !== undefined) return version !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
  return (
    version !== 0 ||
    address
      .toLowerCase()
      .split('.')
      .every((part) => label.test(part))
  );
}

/** A host name or an IP address, with its port where it is not the usual one. */
export function isHost(written: string): boolean {
  return URL.canParse(`https://${written}`) && new URL(`https://${written}`).host === written.toLowerCase();
}
