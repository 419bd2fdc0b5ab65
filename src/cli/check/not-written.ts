import { isBody } from '../../kernel/json.ts';
import type { Problem } from '../../kernel/problem.ts';
import { settingsOf } from '../../policy/annotations/settings.ts';
import type { WriteBackSettings } from '../../policy/annotations.ts';
import { writeBackHindrances, writeBackTarget } from '../../reconcile/update/write-back.ts';

type Unwritten = Problem & { readonly level: 'problem' | 'warning' };

/** What of an Application is judged. `isWhole`: what is missing stands nowhere else, as it may for a patch. */
type Judged = {
  readonly writeBack: WriteBackSettings;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: unknown;
  readonly isWhole: boolean;
};

/**
 * What keeps the service from writing the tags of an Application, in the service's own words. Without a source in `spec` (a patch, or a
 * template whose texts are not known) only the annotations are judged.
 */
export function notWritten({ writeBack, annotations, spec, isWhole }: Judged): readonly Unwritten[] {
  const settings = settingsOf(annotations);
  return hindrancesOf({ writeBack, settings }, spec).map(({ at, reason, expected }) => {
    const setting = settings.get(at);
    const missing = at === 'spec.sources' ? 'several sources' : 'no such annotation';
    const got = setting === undefined ? missing : JSON.stringify(setting.value);
    const isCertain = isWhole || setting !== undefined || at === 'spec.sources';
    const level = isCertain ? 'problem' : 'warning';
    return { level, at: setting?.at ?? at, got, expected: `${expected}; nothing is written: ${reason}` };
  });
}

function hindrancesOf(asked: Parameters<typeof writeBackHindrances>[0], spec: unknown): ReturnType<typeof writeBackHindrances> {
  if (!isBody(spec) || !hasSource(spec)) return writeBackHindrances(asked);
  const { source } = spec;
  const path = isBody(source) && typeof source['path'] === 'string' ? { path: source['path'] } : {};
  const written = writeBackTarget(asked, isBody(source) ? path : undefined);
  return 'hindrances' in written ? written.hindrances : [];
}

/** Whether a spec says where the manifests are: that of a patch often does not. */
export function hasSource(spec: unknown): boolean {
  return isBody(spec) && (isBody(spec['source']) || spec['sources'] !== undefined);
}
