import { RE2JS } from 're2js';

/**
 * What a template refers to that its expression does not have. Go's Regexp.Expand takes the longest name behind `$` (`$1_x` is the group
 * named `1_x`) and puts nothing in for a group that is not there, so that all tags would look the same.
 */
export function groupFlaw(expression: string, template: string): string | undefined {
  const compiled = RE2JS.compile(expression);
  const names = new Set(Object.keys(compiled.namedGroups()));
  const missing = referencesIn(template).find((name) => !names.has(name) && !(/^\d+$/.test(name) && Number(name) <= compiled.groupCount()));
  if (missing === undefined) return undefined;
  const cut = /^(\d+)\w/.exec(missing)?.[1];
  return `$${missing} is no group of the expression${cut === undefined ? '' : `; \${${cut}} ends the name of the group`}`;
}

/** Names and numbers behind `$`; `$$` is a dollar sign. */
function referencesIn(template: string): readonly string[] {
  const found = template.matchAll(/\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu);
  return [...found].flatMap(([, braced, bare]) => braced ?? bare ?? []);
}
