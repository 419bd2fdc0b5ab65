const missing = /not authorized to perform: ((?:ecr|ecr-public|sts):\w+)(?: on resource: (\S+))?/;

/** What a policy must allow, out of the sentence with which AWS denies something (control API and registry alike); undefined where it is another one. */
export function iamGrant(said: string): string | undefined {
  const [, action, resource] = missing.exec(said) ?? [];
  if (action === undefined) return undefined;
  return `the IAM policy must allow ${action}${resource === undefined ? '' : ` on ${resource.replace(/[.,;]$/, '')}`}`;
}
