type Fields = Readonly<Record<string, unknown>>;

export type SeenCondition = { readonly type: string; readonly message: string };
export type SeenEvent = { readonly type: string; readonly reason: string; readonly message: string };

/** Reads and writes the Kubernetes API as a person with kubectl does. */
export type ApiReader = {
  get(path: string): Promise<Fields | undefined>;
  list(path: string): Promise<readonly Fields[]>;
  remove(path: string): Promise<void>;
  /** A merge patch. */
  patch(path: string, body: object): Promise<void>;
  conditions(application: string): Promise<readonly SeenCondition[]>;
  /** The message of a condition; undefined where the Application does not have it. */
  condition(application: string, type: string): Promise<string | undefined>;
  /** Events about an object of a namespace. */
  events(namespace: string, name: string): Promise<readonly SeenEvent[]>;
};

export const applicationPath = (name: string): string => `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`;
export const rolloutPath = (app: string): string => `/apis/argoproj.io/v1alpha1/namespaces/${app}/rollouts/${app}`;
export const runsPath = (app: string): string => `/apis/argoproj.io/v1alpha1/namespaces/${app}/analysisruns`;
export const podsPath = (app: string): string => `/api/v1/namespaces/${app}/pods`;

export function createApiReader(api: { readonly url: string; readonly token: string }): ApiReader {
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const headers = {
      authorization: `Bearer ${api.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/merge-patch+json' }),
    };
    const answer = await fetch(`${api.url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const list = async (path: string) => listAt(await send('GET', path), 'items');
  const conditions = async (application: string) =>
    listAt(await send('GET', applicationPath(application)), 'status.conditions').map((one) => ({
      type: textAt(one, 'type'),
      message: textAt(one, 'message'),
    }));
  return {
    get: async (path) => (await send('GET', path)) as Fields | undefined,
    list,
    remove: (path) => send('DELETE', path).then(() => undefined),
    patch: (path, body) => send('PATCH', path, body).then(() => undefined),
    conditions,
    condition: async (application, type) => (await conditions(application)).find((one) => one.type === type)?.message,
    async events(namespace, name) {
      const events = await list(`/api/v1/namespaces/${namespace}/events`);
      return events
        .filter((event) => textAt(event, 'involvedObject.name') === name)
        .map((event) => ({ type: textAt(event, 'type'), reason: textAt(event, 'reason'), message: textAt(event, 'message') }));
    },
  };
}

/** A field deep in an object that the API answered; undefined where it is not there. */
export function field(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((held, key) => (typeof held === 'object' && held !== null ? (held as Fields)[key] : undefined), object);
}

/** A text deep in an object; '' where there is none. */
export function textAt(object: unknown, path: string): string {
  const found = field(object, path);
  return typeof found === 'string' ? found : '';
}

/** A list of objects deep in an object; empty where there is none. */
export function listAt(object: unknown, path: string): readonly Fields[] {
  const found = field(object, path);
  return Array.isArray(found) ? (found as Fields[]) : [];
}
