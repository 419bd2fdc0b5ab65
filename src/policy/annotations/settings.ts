/** The two prefixes of every key; the later one wins where both are set. */
const prefixes = ['argocd-image-updater.argoproj.io/', 'windlass.dev/'] as const;

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

/**
 * The value of one option of one image. The first key that is present wins, also with an empty value (Image Updater v0.18): the image's
 * own, then the Application's. A `/` in an alias is written `_` in keys; an image without alias has keys with a leading dot.
 */
export function optionOf(settings: Settings, alias: string | undefined, option: string): Setting | undefined {
  return ownOptionOf(settings, alias, option) ?? settings.get(option);
}

/** The image's own value of an option that has no form for the whole Application. */
export function ownOptionOf(settings: Settings, alias: string | undefined, option: string): Setting | undefined {
  return settings.get(`${(alias ?? '').replaceAll('/', '_')}.${option}`);
}
