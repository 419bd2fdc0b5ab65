import type { Strategy } from '../choice.ts';
import { alphabetical } from './alphabetical.ts';
import { calver } from './calver.ts';
import { digest } from './digest.ts';
import { newestBuild } from './newest-build.ts';
import { numerical } from './numerical.ts';
import type { Policy } from './policy.ts';
import { semver } from './semver.ts';

/** Every update strategy by the name that annotations use. */
export const policies = {
  semver,
  'newest-build': newestBuild,
  alphabetical,
  digest,
  numerical,
  calver,
} satisfies Record<Strategy, Policy>;
