/** A registry of Amazon ECR: whose, where, and at which endpoint its control API answers (the SDK's own where absent). */
export type EcrPlace = {
  /** The host that the credential is for. */
  readonly host: string;
  readonly account: string;
  readonly region: string;
  readonly fips: boolean;
  readonly dualStack: boolean;
  readonly endpoint?: string;
};

// 123456789012.dkr.ecr-fips.us-east-1.amazonaws.com, 123456789012.dkr-ecr.us-east-1.on.aws and the same of China.
const hosts =
  /^(\d{12})\.dkr([.-])ecr(-fips)?\.([a-z0-9]+(?:-[a-z0-9]+)+)\.(amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/;

/** What the host name of a private registry says (Amazon ECR user guide, "Private registry", "IPv6"); undefined where it is of another kind. */
export function parseEcrHost(hostname: string): EcrPlace | undefined {
  const [, account, joint, fips, region, suffix = ''] = hosts.exec(hostname.toLowerCase()) ?? [];
  const dualStack = suffix.startsWith('on.');
  // The names for IPv6 join with a dash, the others with a dot.
  if (account === undefined || region === undefined || (joint === '-') !== dualStack) return undefined;
  return { host: hostname.toLowerCase(), account, region, fips: fips !== undefined, dualStack };
}
