const unitMs: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

// Go counts a duration in 63 bits of nanoseconds.
const longestMs = 2 ** 63 / 1e6;

/** Milliseconds of a Go duration (`300ms`, `1h30m`, `-1.5s`, `0`); undefined where Go's time.ParseDuration (1.26) fails. */
export function parseGoDuration(text: string): number | undefined {
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined;
  const parts = body.matchAll(/([\d.]+)([^\d.]+)/g).map(([, amount, unit = '']) => Number(amount) * (unitMs[unit] ?? 0));
  const sum = parts.reduce((total, part) => total + part, 0);
  if (sum >= longestMs) return undefined;
  return text.startsWith('-') && sum > 0 ? -sum : sum;
}

/** A short text for a person: `420ms`, `1.5s`, `2m5s`, `3h`. Input in milliseconds, from 0. */
export function describeDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)}ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${tenths / 10}s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${seconds % 60 === 0 ? '' : `${seconds % 60}s`}`;
  return `${Math.floor(minutes / 60)}h${minutes % 60 === 0 ? '' : `${minutes % 60}m`}`;
}
