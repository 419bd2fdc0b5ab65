import { until, not } from '../scenarios/until.ts';
import type { Rendered } from './helm.ts';
import type { Installed } from './installed.ts';
import { nameOf, permissionsOf } from './permissions.ts';
import type { Permission } from './permissions.ts';

const rbac = 'rbac.authorization.k8s.io';

async function isAllowed(cluster: Installed, user: string, { group, resource, verb }: Permission): Promise<boolean> {
  const [plural = '', subresource = ''] = resource.split('/');
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' };
  const resourceAttributes = { group, resource: plural, subresource, verb, namespace: 'anywhere' };
  const answer = await cluster.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    ...review,
    spec: { user, resourceAttributes },
  });
  return answer.status?.allowed === true;
}

/** Those of the permissions that a user does not have. */
export async function missingFor(cluster: Installed, user: string, permissions: readonly Permission[]): Promise<readonly string[]> {
  const answers = await Promise.all(permissions.map(async (one) => ((await isAllowed(cluster, user, one)) ? [] : [nameOf(one)])));
  return answers.flat();
}

/** A user who may do what the roles say, but for one permission. */
async function bindWithout(cluster: Installed, roles: readonly Rendered[], without: Permission): Promise<string> {
  const user = `without ${nameOf(without)}`;
  const name = user.replaceAll(/[ /]/g, '-');
  const rules = permissionsOf(roles)
    .filter((one) => nameOf(one) !== nameOf(without))
    .map(({ group, resource, verb }) => ({ apiGroups: [group], resources: [resource], verbs: [verb] }));
  await cluster.post(`/apis/${rbac}/v1/clusterroles`, { metadata: { name }, rules });
  await cluster.post(`/apis/${rbac}/v1/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
    subjects: [{ apiGroup: rbac, kind: 'User', name: user }],
  });
  return user;
}

/** What is allowed although it was taken out of the roles: for each permission a user of its own has all others. */
export async function stillAllowedWithout(cluster: Installed, roles: readonly Rendered[]): Promise<readonly string[]> {
  const all = permissionsOf(roles);
  const [first, second] = all;
  if (first === undefined || second === undefined) throw new Error('expected roles with more than one permission');
  const answers = await Promise.all(
    all.map(async (one) => {
      const user = await bindWithout(cluster, roles, one);
      // The API server learns of roles a little later; what the user may do shows that it has.
      const witness = one === first ? second : first;
      await until(`${user} to be bound`, async () => ((await isAllowed(cluster, user, witness)) ? true : not(nameOf(witness))));
      return (await isAllowed(cluster, user, one)) ? [nameOf(one)] : [];
    }),
  );
  return answers.flat();
}
