import { isBody } from '../../kernel/json.ts';
import type { Problem } from '../../kernel/problem.ts';
import { settingsOf } from '../../policy/annotations/settings.ts';
import type { WriteBackSettings } from '../../policy/annotations.ts';
import { writeBackHindrances, writeBackTarget } from '../../reconcile/update/write-back.ts';

type Warning = Problem & { readonly level: 'warning' };

/**
 * What keeps the service from writing the tags of an Application, in the service's own words. Without `spec` (a patch, or a template whose
 * texts are not known) only the annotations are judged.
 */
export function notWritten(writeBack: WriteBackSettings, annotations: Readonly<Record<string, string>>, spec: unknown): readonly Warning[] {
  const settings = settingsOf(annotations);
  return hindrancesOf(writeBack, spec).map(({ at, because }) => {
    const setting = settings.get(at);
    const got = setting === undefined ? 'nothing that can be written' : JSON.stringify(setting.value);
    return { level: 'warning', at: setting?.at ?? at, got, expected: `what is supported: ${because}; nothing is written` };
  });
}

function hindrancesOf(writeBack: WriteBackSettings, spec: unknown): ReturnType<typeof writeBackHindrances> {
  if (!isBody(spec)) return writeBackHindrances(writeBack);
  const { source } = spec;
  const path = isBody(source) && typeof source['path'] === 'string' ? { path: source['path'] } : {};
  const written = writeBackTarget(writeBack, isBody(source) ? path : undefined);
  return 'hindrances' in written ? written.hindrances : [];
}
