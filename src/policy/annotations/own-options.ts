import { isTag } from '../../kernel/image.ts';
import { parseGoDuration } from '../../kernel/duration.ts';
import type { Strategy, Watch } from '../choice.ts';
import { parseSchedule } from '../schedule.ts';
import { compileExpression } from '../tag-filter.ts';
import { groupFlaw } from './extract.ts';
import { isStrategy, readPlatforms } from './options.ts';
import { plainly, type Read, withProblem, withWarning } from './read.ts';
import { optionOf, type Setting, type Settings } from './settings.ts';
import { annotationOf, type Option } from './table.ts';

type Part = Partial<Watch>;

const dayMs = 86_400_000;

/** What the keys of ours ask of one image, to be laid over what the others ask. A text that cannot be read is a problem. */
export function readOwnOptions(settings: Settings, alias: string | undefined): readonly Read<Part>[] {
  const of = (option: Option): Setting | undefined => optionOf(settings, alias, option);
  return [
    readMinAge(of('min-age')),
    readExtract(of('extract')),
    readOrder(of('order'), of('update-strategy')),
    readRequired(of('require-platforms')),
    readFollow(of('follow')),
    readSchedule(of('schedule')),
    named(readYes(of('hold')), (held) => (held ? { held } : {})),
    named(readYes(of('paused')), (paused) => (paused ? { paused } : {})),
  ];
}

function named<Value>(read: Read<Value>, part: (value: Value) => Part): Read<Part> {
  return { ...read, value: part(read.value) };
}

function allowed(setting: Setting, option: Option, why = ''): Read<Part> {
  return withProblem({}, setting, `${annotationOf(option).allowed}${why}`);
}

function readMinAge(setting: Setting | undefined): Read<Part> {
  if (setting === undefined) return plainly({});
  const text = setting.value.trim();
  const minAgeMs = text.length > longestDuration ? undefined : durationOf(text);
  return minAgeMs === undefined ? allowed(setting, 'min-age') : plainly({ minAgeMs });
}

/** The longest text of a duration: reading one of no length at all would take time that grows with its square. */
const longestDuration = 100;

/** A Go duration from 0, before it whole days: `3d`, `1d12h`. */
function durationOf(text: string): number | undefined {
  const days = /^(\d{1,5})d/.exec(text);
  const rest = text.slice(days?.[0].length ?? 0);
  const restMs = days !== null && rest === '' ? 0 : parseGoDuration(rest);
  if (restMs === undefined || restMs < 0 || /^[+-]/.test(rest)) return undefined;
  return Number(days?.[1] ?? 0) * dayMs + restMs;
}

function readExtract(setting: Setting | undefined): Read<Part> {
  if (setting === undefined) return plainly({});
  const arrow = setting.value.lastIndexOf('=>');
  const expression = setting.value.slice(0, Math.max(arrow, 0)).trim();
  const template = setting.value.slice(arrow + 2).trim();
  if (expression === '' || template === '') return allowed(setting, 'extract');
  const compiled = compileExpression(expression);
  const flaw = 'because' in compiled ? compiled.because : groupFlaw(expression, template);
  return flaw === undefined ? plainly({ extract: { expression, template } }) : allowed(setting, 'extract', ` (${flaw})`);
}

const directions = ['ascending', 'descending'] as const;

/** `<strategy> [direction]` or a direction alone. A strategy here counts before the one of update-strategy. */
function readOrder(setting: Setting | undefined, other: Setting | undefined): Read<Part> {
  if (setting === undefined) return plainly({});
  const words = setting.value.trim().toLowerCase().split(/\s+/);
  const order = directions.find((direction) => direction === words.at(-1));
  const direction = order === undefined ? {} : { order };
  const [name, ...more] = order === undefined ? words : words.slice(0, -1);
  if (name === undefined) return plainly(direction);
  if (more.length > 0 || !isStrategy(name) || name === 'digest') return allowed(setting, 'order');
  return besides(other, setting, { strategy: name, ...direction });
}

/** `update-strategy` may be there for Image Updater's sake; where it says something else, a person should know. */
function besides(other: Setting | undefined, setting: Setting, value: Part & { readonly strategy: Strategy }): Read<Part> {
  if (other?.at.includes('/') !== true || other.value.toLowerCase() === value.strategy) return plainly(value);
  return withWarning(value, setting, `the strategy of ${other.at}; ${value.strategy} is used`);
}

function readRequired(setting: Setting | undefined): Read<Part> {
  const platforms = readPlatforms(setting);
  if (setting === undefined || platforms.value === undefined) return plainly({});
  return platforms.warnings.length > 0 ? allowed(setting, 'require-platforms') : plainly({ requirePlatforms: platforms.value });
}

function readFollow(setting: Setting | undefined): Read<Part> {
  const follow = setting?.value.trim() ?? '';
  if (setting === undefined) return plainly({});
  return isTag(follow) ? plainly({ follow }) : allowed(setting, 'follow');
}

function readSchedule(setting: Setting | undefined): Read<Part> {
  if (setting === undefined) return plainly({});
  const schedule = setting.value.trim().replaceAll(/\s+/g, ' ');
  const parsed = parseSchedule(schedule);
  return 'because' in parsed ? allowed(setting, 'schedule', ` (${parsed.because})`) : plainly({ schedule });
}

/** Whether raises wait. Text that is neither true nor false counts as true: a pause that is misspelled must not raise. */
export function readYes(setting: Setting | undefined): Read<boolean> {
  const value = setting?.value.trim().toLowerCase() ?? 'false';
  if (setting === undefined || value === 'true' || value === 'false') return plainly(value === 'true');
  return withWarning(true, setting, 'true or false; true is used');
}
