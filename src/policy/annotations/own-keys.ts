import type { Annotation } from './annotation.ts';

const since = 'Windlass';
const both = ['application', 'image'] as const;

/** The annotations that only Windlass has. A text that cannot be read is a problem, never a silent default. */
export const ownKeys = {
  'min-age': {
    levels: both,
    type: 'duration',
    since,
    otherwise: 'a tag may be chosen at once',
    allowed: 'a duration such as 90m, 36h, 3d or 1d12h',
    meaning:
      'How long a tag must have been in the registry before it is chosen, by the push time that the registry gives, else since this service saw it first. The newest tag that is old enough is chosen.',
  },
  extract: {
    levels: ['image'],
    type: 'expression and template',
    since,
    otherwise: 'the tag itself is ordered',
    allowed: '<expression in RE2 syntax> => <template with $1, ${1} or ${name}>, each group in the expression',
    meaning:
      'What of a tag is ordered, as `filterTags` of Flux: tags that do not match are left out, groups are put into the template, and the tag is written. Of tags of which the same is made, the last in byte order is chosen.',
  },
  order: {
    levels: both,
    type: 'strategy and direction',
    since,
    otherwise: 'update-strategy, ascending',
    allowed: 'semver, newest-build, alphabetical, numerical or calver, then ascending or descending, or one of the two',
    meaning: 'How tags are ordered, before `update-strategy`. Ascending chooses the last one, descending the first one.',
  },
  'require-platforms': {
    levels: both,
    type: 'list of platforms',
    since,
    otherwise: 'no platform is asked for',
    allowed: 'platforms such as linux/amd64,linux/arm64',
    meaning: 'Which platforms a tag must have in its index, each with a manifest that the registry serves, before it is chosen.',
  },
  follow: {
    levels: ['image'],
    type: 'tag',
    since,
    otherwise: 'no tag is followed',
    allowed: 'a tag such as latest or stable',
    meaning: 'A mutable tag to follow: the immutable tag with the same digest is written.',
  },
  hold: {
    levels: ['image'],
    type: 'true or false',
    preset: 'false',
    since,
    allowed: 'true or false',
    meaning: 'Whether this image stays as it is. A misspelled text is `true`, with a warning.',
  },
  schedule: {
    levels: both,
    type: 'cron expression',
    since,
    otherwise: 'at any time',
    allowed: 'five cron fields (minute, hour, day of month, month, day of week), such as "*/10 9-16 * * mon-fri"',
    meaning: 'When a tag may be raised (UTC): each minute that is named stays open for ten. Holds and lowerings do not wait for it.',
  },
  paused: {
    levels: both,
    type: 'true or false',
    preset: 'false',
    since,
    allowed: 'true or false',
    meaning: 'Whether raises wait. Holds and lowerings go on. A misspelled text is `true`, with a warning.',
  },
  'on-error': {
    levels: ['rollout'],
    type: 'word',
    since,
    otherwise: 'stays on stable and says so',
    allowed: 'hold or retry',
    meaning: 'What becomes of an update whose analysis could not measure: hold the image in Git, or try again.',
  },
  'on-error-retry-after': {
    levels: ['rollout'],
    type: 'duration',
    preset: '30s',
    since,
    allowed: 'a Go duration',
    meaning: 'How long after the abort `on-error: retry` waits.',
  },
} as const satisfies Record<string, Annotation>;
