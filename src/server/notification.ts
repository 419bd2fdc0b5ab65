export type Notification = { readonly kind: 'read'; readonly json: unknown } | { readonly kind: 'refused'; readonly because: string };

/**
 * The JSON of a notification's body: the body itself, or the field `payload` of a form, which GitHub preselects (Webhooks, content type). A
 * body that begins as JSON is JSON whatever its type says: that of `curl -d` is a form's.
 */
export function parseNotification(body: Buffer, contentType = ''): Notification {
  const text = body.toString('utf8');
  const field = /^application\/x-www-form-urlencoded\b/i.test(contentType) && !/^\s*[[{]/.test(text) ? payloadOf(text) : undefined;
  const what = field === undefined ? 'the body' : 'the field payload of the body';
  const written = field ?? text;
  if (written.trim() === '') return { kind: 'refused', because: `${what} is empty` };
  try {
    return { kind: 'read', json: JSON.parse(written) };
  } catch (thrown) {
    return { kind: 'refused', because: `${what} is no JSON (${whyNoJson(thrown)})` };
  }
}

function payloadOf(form: string): string | undefined {
  return new URLSearchParams(form).get('payload') ?? undefined;
}

/** The reason without the piece of the body that the engine quotes: sentences are logged, and a body may hold anything. */
function whyNoJson(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.replace(/, (?:\.{3})?".*"(?:\.{3})? is not valid JSON$/s, '') : 'unknown';
}
