import { Agent, fetch } from 'undici';
import type { RequestInit, Response } from 'undici';

/** A Kubernetes API as a person with curl knows it. */
export type Api = {
  readonly url: string;
  readonly token: string;
  /** PEM, where the server has a certificate of its own. */
  readonly ca?: string;
};

const agents = new Map<string, Agent>();

/** One pool per certificate for the life of the process; its idle connections keep no process alive. */
function agentFor(ca: string): Agent {
  const agent = agents.get(ca) ?? new Agent({ connect: { ca } });
  agents.set(ca, agent);
  return agent;
}

/** Asks an API for a path, with its token. */
export function createApi({ url, token, ca }: Api): (path: string, init?: RequestInit) => Promise<Response> {
  return (path, init = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { ...(init.headers as Record<string, string> | undefined), authorization: `Bearer ${token}` },
      ...(ca === undefined ? {} : { dispatcher: agentFor(ca) }),
    });
}
