import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers instant queries as Prometheus does, with what the test has set: exact values, at the moment that the test chooses. */
export type SettablePrometheus = {
  readonly url: string;
  /** What a query answers from now on: a vector of one number, or nothing but this status code. */
  set(query: string, answer: number | { readonly status: number }): void;
  /** How often a query was asked so far. */
  asked(query: string): number;
  stop(): Promise<void>;
};

export async function startPrometheus(): Promise<SettablePrometheus> {
  const answers = new Map<string, number | { readonly status: number }>();
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const query = new URLSearchParams(Buffer.concat(chunks).toString()).get('query')?.trim() ?? '';
      counts.set(query, (counts.get(query) ?? 0) + 1);
      const answer = answers.get(query) ?? { status: 503 };
      if (typeof answer === 'object') {
        response.writeHead(answer.status, { 'content-type': 'text/plain' }).end('the test says no');
        return;
      }
      const result = [{ metric: {}, value: [Date.now() / 1000, String(answer)] }];
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set: (query, answer) => void answers.set(query, answer),
    asked: (query) => counts.get(query) ?? 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
