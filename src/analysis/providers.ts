import { isBody } from '../kernel/json.ts';
import type { Problem } from '../kernel/problem.ts';
import type { Metric } from '../resources/analysis.ts';

/** Which metric providers can be asked, by name, and the settings of each (paths below it) that would be left out. */
export type Askable = Readonly<Record<string, readonly string[]>>;

/** What of a metric cannot be measured here: a run of it would end in an Error, whatever the candidate is worth. */
export function wrongProvider({ name, provider }: Metric, askable: Askable): readonly Problem[] {
  const at = `metrics.${name}.provider`;
  const named = Object.keys(provider).filter((key) => provider[key] !== undefined && provider[key] !== null);
  const [key = ''] = named;
  // Another rule speaks of none, and of several.
  if (named.length !== 1) return [];
  const unsupported = Object.hasOwn(askable, key) ? askable[key] : undefined;
  if (unsupported === undefined) return [{ at, got: key, expected: `one of ${Object.keys(askable).join(', ')}` }];
  const settings = unsupported.filter((path) => isSet(provider[key], path));
  return settings.map((path) => ({ at: `${at}.${key}.${path}`, got: 'a setting that is not supported', expected: 'no such field' }));
}

function isSet(settings: unknown, path: string): boolean {
  const value = path.split('.').reduce<unknown>((held, key) => (isBody(held) ? held[key] : undefined), settings);
  return isBody(value) ? Object.keys(value).length > 0 : value !== undefined && value !== null;
}
