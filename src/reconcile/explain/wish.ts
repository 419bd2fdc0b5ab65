import { describeDuration } from '../../kernel/duration.ts';
import type { TagFilter, Watch } from '../../policy/choice.ts';

/** The policy of a watch in words: `semver; constraint ^1.2; allow-tags ^[0-9.]+$`. */
export function describeWish(watch: Watch): string {
  const { strategy, order, extract, minAgeMs } = watch;
  const parts = [
    order === undefined ? strategy : `${strategy} ${order}`,
    said('constraint', watch.constraint),
    said('allow-tags', allowed(watch.allow)),
    said('ignore-tags', listed(watch.ignore)),
    said('extract', extract && `${extract.expression} => ${extract.template}`),
    said('min-age', minAgeMs && describeDuration(minAgeMs)),
    said('require-platforms', listed(watch.requirePlatforms)),
    said('platforms', listed(watch.platforms)),
    said('follow', watch.follow),
    said('schedule', watch.schedule),
    said('hold', watch.held && 'true'),
    said('paused', watch.paused && 'true'),
  ];
  return parts.flat().join('; ');
}

function said(option: string, value: string | number | false | undefined): readonly string[] {
  return value === undefined || value === '' || value === false || value === 0 ? [] : [`${option} ${value}`];
}

function listed(values: readonly string[] = []): string {
  return values.join(', ');
}

function allowed(allow: TagFilter): string | undefined {
  if (allow.kind === 'any') return undefined;
  return allow.kind === 'regexp' ? allow.expression : 'nothing';
}
