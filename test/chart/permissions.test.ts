import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kinds } from '../../src/reconcile/world.ts';
import { realBinaries } from '../contracts/kubernetes/api-servers.ts';
import { freePort } from '../contracts/programs.ts';
import { field, podsPath, textAt } from '../scenarios/api.ts';
import type { Stage } from '../scenarios/stage.ts';
import { createStage } from '../scenarios/stage.ts';
import { not, until } from '../scenarios/until.ts';
import type { World } from '../scenarios/world.ts';
import { patienceMs, startWorldOn } from '../scenarios/world.ts';
import type { Deployed } from './deployed.ts';
import { startDeployed } from './deployed.ts';
import type { Rendered } from './helm.ts';
import { findHelm, releaseNamespace } from './helm.ts';
import type { Installed } from './installed.ts';
import { startInstalled } from './installed.ts';
import { nameOf, neededBy, permissionsOf } from './permissions.ts';
import { missingFor, stillAllowedWithout } from './reviews.ts';
import { deleteAlong, holdEverything, holding, lower, raiseTwice, restart } from './play.ts';

vi.setConfig({ testTimeout: patienceMs });

const helm = findHelm();
if (realBinaries === undefined) process.stdout.write('chart: no kube-apiserver at hand: its permissions are not tried out\n');

let world: World<Installed>;
let stage: Stage;
let service: Deployed;
const closing: (() => Promise<unknown>)[] = [];
const asked = () => world.kubernetes.recorder.asked(service.token);
const requested = () => new Set(asked().flatMap(neededBy).map(nameOf));

/** The world's settings as values of the chart: without what the chart sets by itself. */
async function valuesOf(settings: object): Promise<object> {
  const { registries, sync, addresses, git } = settings as Readonly<Record<string, object>>;
  const http = { host: '127.0.0.1', port: await freePort() };
  return {
    settings: { registries, sync, addresses, git: { pollInterval: field(git, 'pollInterval') }, http },
    webhook: { secretName: 'hook' },
  };
}

/** What no request shows, and why it is needed. */
const unseen = {
  'update rollouts/finalizers.argoproj.io':
    'the admission plugin OwnerReferencesPermissionEnforcement asks for it where ReplicaSets and runs name their Rollout as an owner that waits',
};

/** The roles as Helm installed them: the service's own, and what Applications may hold. */
async function rolesOf(): Promise<readonly Rendered[]> {
  const names = ['windlass', 'windlass-workloads'];
  const roles = await Promise.all(names.map((name) => world.api.get(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`)));
  return roles.flatMap((role) => (role === undefined ? [] : [role as Rendered]));
}

describe.skipIf(helm === undefined || realBinaries === undefined)('the installed chart', () => {
  beforeAll(async () => {
    if (helm === undefined || realBinaries === undefined) return;
    const binaries = realBinaries;
    world = await startWorldOn(() => startInstalled(helm, binaries));
    closing.push(() => world.close());
    stage = createStage(world);
    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'hook', namespace: releaseNamespace },
      data: { secret: Buffer.from('a-secret-of-the-test').toString('base64') },
    });
    await world.kubernetes.upgrade(await valuesOf(world.service.settings()));
    service = await startDeployed(world.api, world.kubernetes);
    closing.push(() => service.stop());
  }, patienceMs);
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  it('says how it is asked: probes, metrics, and webhooks with the secret of the values', async () => {
    const code = async (path: string, init?: RequestInit) => (await fetch(`${service.url}${path}`, init)).status;
    expect(await Promise.all(['/healthz', '/readyz', '/metrics'].map((path) => code(path)))).toEqual([200, 200, 200]);
    const event = { method: 'POST', body: JSON.stringify({ events: [] }) };
    expect(await code('/webhooks/registry', event)).toBe(401);
    expect(await code('/webhooks/registry', { ...event, headers: { authorization: 'Bearer a-secret-of-the-test' } })).toBe(202);
  });

  it(
    'plays the whole loop with no more than its own ServiceAccount, and is never told that something is forbidden',
    async () => {
      world.kubernetes.recorder.race(service.token);
      const place = { world, stage };
      const staged = await raiseTwice(place, 'alfa');
      const lowering = await lower(place, staged);
      expect(lowering.trailer('Windlass-Image')).toBe(`${staged.image}:1.2.0`);
      await restart(place, 'alfa');
      await holdEverything(place, 'bravo');
      const prunes = permissionsOf((await rolesOf()).slice(1)).filter(({ verb }) => verb === 'delete');
      await until('everything to be pruned', () => {
        const seen = requested();
        const waiting = prunes.map(nameOf).filter((one) => !seen.has(one));
        return waiting.length === 0 ? true : not(waiting);
      });
      await deleteAlong(place, 'alfa');
      expect(await world.api.list('/apis/argoproj.io/v1alpha1/namespaces/alfa/rollouts')).toEqual([]);
      const forbidden = asked().filter(({ code }) => code === 401 || code === 403);
      expect(forbidden).toEqual([]);
      expect(service.log()).not.toMatch(/forbidden/i);
    },
    2 * patienceMs,
  );

  it('asked for every permission that the roles give, and for no other', async () => {
    const given = permissionsOf(await rolesOf()).map(nameOf);
    expect([...requested(), ...Object.keys(unseen)].sort()).toEqual(given.sort());
  });

  it('keeps its small memories with a Role of their own, also where Applications may hold no ConfigMaps', async () => {
    const at = `/apis/rbac.authorization.k8s.io/v1/namespaces/${releaseNamespace}/roles/windlass-memory`;
    const role = await world.api.get(at);
    const given = permissionsOf(role === undefined ? [] : [role as Rendered]).map(nameOf);
    const own = asked().filter(({ path }) => path.startsWith(`/api/v1/namespaces/${releaseNamespace}/configmaps`));
    expect(given.sort()).toEqual([...new Set(own.flatMap(neededBy).map(nameOf))].sort());
  });

  it.each([
    ['list', 'Role', { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'reader' }, rules: [] }],
    ['patch', 'Secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'password' } }],
  ])('says in a condition that it may not %s a %s, a kind that is not in rbac.workloads', async (verb, kind, object) => {
    const app = `no-${kind.toLowerCase()}s`;
    const repository = await world.repository(app, { 'manifests/object.json': JSON.stringify(object) });
    await world.apply(holding(app, repository.url));
    const says = `User "system:serviceaccount:windlass:windlass" cannot ${verb} resource "${kind.toLowerCase()}s"`;
    // Whoever hears of the Application before its Secret says at first that there is no login.
    expect(await stage.condition(app, 'ComparisonError', new RegExp(says))).toContain(says);
  });

  it('would miss any single permission that is taken away', async () => {
    const roles = await rolesOf();
    const user = `system:serviceaccount:${releaseNamespace}:windlass`;
    expect(await missingFor(world.kubernetes, user, permissionsOf(roles))).toEqual([]);
    expect(await stillAllowedWithout(world.kubernetes, roles)).toEqual([]);
  });

  it('watches what the loops themselves read also where Applications may hold nothing', async () => {
    const own = permissionsOf((await rolesOf()).slice(0, 1)).map(nameOf);
    const watched = Object.values(kinds).map(({ group, kind }) => ({ group, resource: `${kind.toLowerCase()}s` }));
    expect(own).toEqual(expect.arrayContaining(watched.flatMap((one) => ['list', 'watch'].map((verb) => nameOf({ ...one, verb })))));
  });

  it('lets its pod in where the strictest Pod Security Standard is enforced', async () => {
    const pods = await world.api.list(podsPath(releaseNamespace));
    expect([...new Set(pods.map((pod) => textAt(pod, 'spec.serviceAccountName')))]).toEqual(['windlass']);
  });

  it('ends within its grace when the node asks for it', async () => {
    expect(await service.stop()).toBe(0);
    expect(service.log()).toContain('"msg":"stopped"');
  });
});
