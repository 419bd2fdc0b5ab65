import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { installKinds } from '../../../src/sandbox/demo/cluster-setup.ts';

const group = 'argoproj.io';

/** An API server as the real one is: it takes a definition at once, tells of the kind later and answers for it later still. */
async function startSlowApi(): Promise<{ url: string; unserved: () => readonly string[] }> {
  const asked = new Map<string, number>();
  const taken: string[] = [];
  const count = (what: string): number => asked.set(what, (asked.get(what) ?? 0) + 1).get(what) ?? 0;
  const discovered = (): object => {
    const resources = count('discovery') < 3 ? [] : taken.map((resource) => ({ resource }));
    return { items: [{ metadata: { name: group }, versions: [{ version: 'v1alpha1', resources }] }] };
  };
  const answer = (path: string): [status: number, body: object] => {
    if (path === '/apis') return [200, discovered()];
    const [, defined] = /\/customresourcedefinitions\/([a-z]+)\./.exec(path) ?? [];
    if (defined !== undefined) return [201, (taken.push(defined), {})];
    return [count(path) < 5 ? 404 : 200, {}];
  };
  const server = createServer((request, response) => {
    const [status, body] = answer(new URL(request.url ?? '/', 'http://api').pathname);
    request.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const unserved = () => taken.filter((plural) => (asked.get(`/apis/${group}/v1alpha1/${plural}`) ?? 0) < 5);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, unserved };
}

it('the kinds are installed when the API server tells of every one and answers for it', async () => {
  const { url, unserved } = await startSlowApi();
  await installKinds({ url, token: 'any' });
  expect(unserved()).toEqual([]);
});
