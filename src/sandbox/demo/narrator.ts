import { styleText } from 'node:util';

export type StoryEvent = {
  readonly kind: 'chapter' | 'event' | 'check' | 'report';
  readonly text: string;
  readonly ok?: boolean;
  readonly because?: string;
  readonly [field: string]: unknown;
};

/** Tells the story: plain lines where piped, colour and a line of progress on a terminal, one JSON object per event with `--json`. */
export interface Narrator {
  chapter(text: string): void;
  event(text: string, because?: string): void;
  /** A step that was observed, or was not. */
  check(ok: boolean, text: string, because?: string): void;
  /** A check that something was seen, with the reason that came with it. */
  saw(seen: { readonly because: string } | undefined, text: string): void;
  /** A text of several lines; `fields` are for those who read JSON. */
  report(title: string, text: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What is being waited for; shown on a terminal only. */
  waiting(text: string): void;
  summary(fields: Readonly<Record<string, unknown>>): void;
  readonly passed: () => number;
  readonly failed: () => number;
  elapsedMs(): number;
}

export type NarratorOptions = { readonly json: boolean; readonly terminal: boolean; readonly write: (text: string) => void };

export function createNarrator(options: NarratorOptions): Narrator {
  const began = performance.now();
  let [passed, failed, shown] = [0, 0, false];
  const elapsedMs = () => Math.round(performance.now() - began);
  const colour = (style: 'green' | 'red' | 'bold' | 'dim', text: string) => (options.terminal ? styleText(style, text) : text);
  const line = (text: string) => {
    options.write(`${shown ? '\r\u001b[K' : ''}${text}\n`);
    shown = false;
  };
  const tell = (event: StoryEvent, plain: string) => {
    if (options.json) line(JSON.stringify({ ...event, elapsedMs: elapsedMs() }));
    else line(plain);
  };
  const stamp = () => colour('dim', `${(elapsedMs() / 1000).toFixed(2).padStart(6)}s`);
  const reason = (because?: string) => (because === undefined ? '' : `\n         ${colour('dim', `because: ${because}`)}`);
  const extra = (because?: string) => (because === undefined ? {} : { because });
  const check = (ok: boolean, text: string, because?: string): void => {
    if (ok) passed += 1;
    else failed += 1;
    const mark = ok ? colour('green', '✔') : colour('red', '✘');
    tell({ kind: 'check', ok, text, ...extra(because) }, `${stamp()} ${mark} ${text}${reason(because)}`);
  };
  return {
    elapsedMs,
    check,
    saw: (seen, text) => check(seen !== undefined, text, seen?.because),
    passed: () => passed,
    failed: () => failed,
    chapter: (text) => tell({ kind: 'chapter', text }, `\n${colour('bold', text)}`),
    event: (text, because) => tell({ kind: 'event', text, ...extra(because) }, `${stamp()}   ${text}${reason(because)}`),
    report: (title, text, fields = {}) =>
      tell({ kind: 'report', text: title, body: text, ...fields }, `\n${colour('bold', title)}\n${text.trimEnd()}`),
    waiting(text) {
      if (!options.terminal || options.json) return;
      options.write(`\r\u001b[K${stamp()}   ${colour('dim', `... ${text}`)}`);
      shown = true;
    },
    summary(fields) {
      const ok = failed === 0;
      const all = { kind: 'summary', ok, passed, failed, elapsedMs: elapsedMs(), ...fields };
      if (options.json) line(JSON.stringify(all));
      else line(`\ndemo: ${passed} passed, ${failed} failed in ${(elapsedMs() / 1000).toFixed(1)}s`);
    },
  };
}
