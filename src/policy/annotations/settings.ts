import { annotationOf, type Option, type PresetOption } from './table.ts';

const ownPrefix = 'windlass.dev/';

/** The two prefixes of every key; the later one wins where both are set. */
const prefixes = ['argocd-image-updater.argoproj.io/', ownPrefix] as const;

/** One value that a person wrote; `at` is the full key of its annotation, for sentences. */
export type Setting = { readonly at: string; readonly value: string };

/** The annotations of one Application by key, without prefix. */
export type Settings = ReadonlyMap<string, Setting>;

export function settingsOf(annotations: Readonly<Record<string, string>>): Settings {
  const settings = new Map<string, Setting>();
  for (const prefix of prefixes) {
    for (const [at, value] of Object.entries(annotations)) {
      if (at.startsWith(prefix)) settings.set(at.slice(prefix.length), { at, value });
    }
  }
  return settings;
}

/** Where a key of the table must stand to be read. */
export function prefixOf(option: Option): string {
  return annotationOf(option).since === 'Windlass' ? ownPrefix : prefixes[0];
}

/**
 * The value of one option of one image, at the levels that the table gives it: the image's own, then the Application's, then the preset.
 * The first key that is present wins, also with an empty value (Image Updater v0.18).
 */
export function optionOf(settings: Settings, alias: string | undefined, option: PresetOption): Setting;
export function optionOf(settings: Settings, alias: string | undefined, option: Option): Setting | undefined;
export function optionOf(settings: Settings, alias: string | undefined, option: Option): Setting | undefined {
  const { levels } = annotationOf(option);
  const own = levels.includes('image') ? ownOption(settings, alias, option) : undefined;
  return own ?? (levels.includes('application') ? applicationOptionOf(settings, option) : presetOf(option));
}

/** The value of an option of the whole Application, or its preset. */
export function applicationOptionOf(settings: Settings, option: PresetOption): Setting;
export function applicationOptionOf(settings: Settings, option: Option): Setting | undefined;
export function applicationOptionOf(settings: Settings, option: Option): Setting | undefined {
  return written(settings, option, option) ?? presetOf(option);
}

function presetOf(option: Option): Setting | undefined {
  const { preset } = annotationOf(option);
  return preset === undefined ? undefined : { at: option, value: preset };
}

function ownOption(settings: Settings, alias: string | undefined, option: Option): Setting | undefined {
  return aliasKeys(alias).reduce<Setting | undefined>((found, key) => found ?? written(settings, `${key}.${option}`, option), undefined);
}

/** How an alias stands in keys: with `_` for `/` (v0.18), or as it is (v1.3). An image without alias has keys with a leading dot. */
export function aliasKeys(alias: string | undefined): readonly string[] {
  const plain = alias ?? '';
  return plain.includes('/') ? [plain.replaceAll('/', '_'), plain] : [plain];
}

/** A key that only Windlass has counts only under its own prefix. */
function written(settings: Settings, key: string, option: Option): Setting | undefined {
  const found = settings.get(key);
  return found !== undefined && (annotationOf(option).since !== 'Windlass' || found.at.startsWith(ownPrefix)) ? found : undefined;
}
