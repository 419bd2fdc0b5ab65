import { Refusal } from './refusal.ts';

/** An answer to give instead of the right one. All conditions that are set must hold. */
export type Fault = {
  readonly method?: string;
  /** Matched against path and query. */
  readonly url?: RegExp;
  /** Status code of the answer; 0 cuts the connection. */
  readonly status: number;
  readonly message?: string;
  /** The whole body, as it is, in place of a Status. */
  readonly text?: string;
  readonly retryAfterSeconds?: number;
  /** How many requests meet it; one where absent. */
  readonly times?: number;
  /** Carry the request out first: the write happens and its answer is lost. */
  readonly afterwards?: boolean;
};

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

export class Faults {
  #armed: { readonly fault: Fault; left: number }[] = [];

  /** Arms a fault for the next requests that match. */
  inject(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault that this request meets, used up by it. */
  take(method: string, url: string): Fault | undefined {
    const armed = this.#armed.find(
      ({ fault, left }) =>
        left > 0 && (fault.method === undefined || fault.method === method) && (fault.url === undefined || fault.url.test(url)),
    );
    if (armed === undefined) return undefined;
    armed.left -= 1;
    return armed.fault;
  }
}

/** The refusal that a fault stands for. */
export function refusalOf(fault: Fault): Refusal {
  const details = fault.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: fault.retryAfterSeconds };
  return new Refusal(fault.status, reasons[fault.status] ?? 'Unknown', fault.message ?? `injected fault ${fault.status}`, details);
}
