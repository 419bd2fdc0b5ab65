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
  const list = async (path: string) => field<Fields[]>(await send('GET', path), 'items') ?? [];
  const conditions = async (application: string) =>
    field<SeenCondition[]>(await send('GET', applicationPath(application)), 'status.conditions') ?? [];
  return {
    get: async (path) => (await send('GET', path)) as Fields | undefined,
    list,
    remove: async (path) => void (await send('DELETE', path)),
    patch: async (path, body) => void (await send('PATCH', path, body)),
    conditions,
    condition: async (application, type) => (await conditions(application)).find((one) => one.type === type)?.message,
    async events(namespace, name) {
      const events = await list(`/api/v1/namespaces/${namespace}/events`);
      return events.filter((event) => field(event, 'involvedObject.name') === name) as unknown as SeenEvent[];
    },
  };
}

/** A field deep in an object that the API answered; undefined where it is not there. */
export function field<Value = unknown>(object: unknown, path: string): Value | undefined {
  const found = path
    .split('.')
    .reduce<unknown>((held, key) => (typeof held === 'object' && held !== null ? Reflect.get(held, key) : undefined), object);
  return found as Value | undefined;
}
