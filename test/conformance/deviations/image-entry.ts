const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const nameGrammar = new RegExp(`^(?:[\\w.-]+(?::\\d+)?/)?${part}(?:/${part})*$`);

/** Whether an entry of image-list may name an image that a registry serves: its alias, and what is left without it. */
export function isPossible(entry: string): boolean {
  const equals = entry.indexOf('=');
  const alias = entry.slice(0, Math.max(equals, 0)).trim();
  return equals !== 0 && !/[:<>~^!|*@]/.test(alias) && isPossibleImage(entry.slice(equals + 1).trim());
}

/** A name in lower case; a constraint has no slash, and behind @ stands something like a digest. */
function isPossibleImage(text: string): boolean {
  const [named = '', digest = ''] = text.split('@');
  const registry = /^(?:[^/:]*\.[^/:]*(?::\d+)?|[^/:]+:\d+)\//.exec(named)?.[0] ?? '';
  const [repository = '', ...constraint] = named.slice(registry.length).split(':');
  if (constraint.join(':').includes('/') || !/^(?:[^:]+:[0-9a-fA-F]+)?$/.test(digest)) return false;
  return nameGrammar.test(`${registry}${repository.trim()}`);
}
