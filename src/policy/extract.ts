import type { RE2JS } from 're2js';
import type { Watch } from './choice.ts';
import { compileRegexp, limits } from './regexp.ts';

/** What is made of a tag; undefined where the expression does not match it, or makes too long a text. */
export type Extract = (tag: string) => string | undefined;

/** Longest text that is made of a tag, in characters: tags have 128. */
const longest = 256;

/**
 * Compiles `extract`, which is filterTags of Flux image-reflector v1.2: where the unanchored expression matches a tag, its groups are put
 * into the template; an empty template leaves the tag as it is.
 */
export function compileExtract({ expression, template }: NonNullable<Watch['extract']>): Extract | { readonly because: string } {
  const compiled = compileRegexp(expression);
  if ('because' in compiled) return compiled;
  if (template.length > limits.characters) return { because: `a template of ${template.length} characters (at most ${limits.characters})` };
  const parts = parseTemplate(template);
  const { regexp } = compiled;
  return (tag) => {
    const matcher = regexp.matcher(tag);
    if (!matcher.find()) return undefined;
    if (template === '') return tag;
    const text = parts.map((part) => (typeof part === 'string' ? part : groupOf(regexp, matcher, part.group))).join('');
    return text.length > longest ? undefined : text;
  };
}

type Part = string | { readonly group: string };

/** The pieces of a template of Go's Regexp.Expand (1.26): `$name` takes the longest name, `$$` is a dollar, and so is one without a name. */
function parseTemplate(template: string): readonly Part[] {
  const parts: Part[] = [];
  let rest = template;
  for (;;) {
    const dollar = rest.indexOf('$');
    if (dollar < 0) return [...parts, rest];
    parts.push(rest.slice(0, dollar));
    rest = rest.slice(dollar + 1);
    const [whole, braced, plain] = /^\{([\p{L}\p{Nd}_]+)\}|^([\p{L}\p{Nd}_]+)/u.exec(rest) ?? [];
    const group = braced ?? plain;
    if (whole !== undefined && group !== undefined) parts.push({ group });
    else parts.push('$');
    rest = rest.slice(whole?.length ?? (rest.startsWith('$') ? 1 : 0));
  }
}

/** The text of a group by number or name; '' where there is none, or where it took no part. */
function groupOf(regexp: RE2JS, matcher: ReturnType<RE2JS['matcher']>, group: string): string {
  if (/^(?:0|[1-9]\d{0,7})$/.test(group)) return Number(group) <= regexp.groupCount() ? (matcher.group(Number(group)) ?? '') : '';
  return Object.hasOwn(regexp.namedGroups(), group) ? (matcher.group(group) ?? '') : '';
}
