/** What the contract test uses of the package, which brings no types. */
declare module 'docker-registry-client' {
  type Failed = (Error & { readonly statusCode?: number }) | null | undefined;
  type Response = { readonly headers: Readonly<Record<string, string | undefined>> };
  type Client = {
    listTags(done: (error: Failed, answer: { readonly tags: readonly string[] }) => void): void;
    getManifest(options: { readonly ref: string }, done: (error: Failed, manifest: unknown, response: Response) => void): void;
    close(): void;
  };
  export function createClientV2(options: {
    readonly name: string;
    readonly username?: string;
    readonly password?: string;
    readonly log?: unknown;
    readonly insecure?: boolean;
    readonly maxSchemaVersion?: number;
    readonly acceptManifestLists?: boolean;
  }): Client;
}
