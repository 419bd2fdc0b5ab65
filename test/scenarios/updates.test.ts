import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application, overlay, plainFiles } from './manifests.ts';
import type { Repository } from './repository.ts';
import { not, until } from './until.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.service.start();
});
afterAll(() => world.close());

type Staged = { readonly repository: Repository; readonly image: string };

/** An app with a plain Deployment, one tag in the registry and one Application; its names are all the app's. */
async function stage(app: string, tag: string, annotations: Record<string, string | undefined> = {}): Promise<Staged> {
  const image = world.image(`team/${app}`);
  await world.push(`team/${app}`, tag);
  const repository = await world.repository(app, plainFiles({ app, image, namespace: app, tag }));
  await world.apply(application({ name: app, repoUrl: repository.url, image, namespace: app, annotations }));
  return { repository, image };
}

/** Until the bot has decided twice more about an Application's images. */
async function twoMoreDecisions(app: string): Promise<void> {
  const before = world.service.decided(app);
  await until(`two more decisions about ${app}`, () => world.service.decided(app) >= before + 2 || not(world.service.decided(app)));
}

function commitWriting(repository: Repository, tag: string): Promise<string> {
  return until(`a commit that writes ${tag}`, async () => {
    const text = await repository.file(overlay);
    return text?.includes(`newTag: "${tag}"`) === true ? repository.head() : not(text);
  });
}

describe('a new tag', () => {
  it('is committed once by the bot: one scalar, every trailer, one Event; then the loop rests', async () => {
    const { repository, image } = await stage('alpha', '1.0.0');
    const before = await repository.file(overlay);
    const digest = await world.push('team/alpha', '1.1.0');
    const head = await commitWriting(repository, '1.1.0');
    expect(await repository.file(overlay)).toBe(before?.replace('"1.0.0"', '"1.1.0"'));
    const [commit, ...earlier] = await repository.log();
    expect(earlier).toHaveLength(1);
    const because = `1.1.0 is the newest tag of ${image} that is allowed; Git has 1.0.0`;
    const place = `${repository.url.replace('http://', '').replace(/\.git$/, '')}#main:${overlay}:images[name=${image}].newTag`;
    expect(commit).toMatchObject({
      sha: head,
      author: 'windlass <windlass@noreply.windlass.dev>',
      subject: 'build: automatic update of alpha',
    });
    expect(commit?.trailers).toEqual([
      ['Windlass-Application', 'argocd/alpha'],
      ['Windlass-Place', place],
      ['Windlass-Image', `${image}:1.1.0`],
      ['Windlass-Digest', digest],
      ['Windlass-Reason', because],
    ]);
    const events = await until('the Event', async () => {
      const seen = (await world.api.events('argocd', 'alpha')).filter(({ reason }) => reason === 'ImageUpdated');
      return seen.length > 0 ? seen : undefined;
    });
    expect(events).toMatchObject([{ type: 'Normal', message: `${head.slice(0, 8)} writes ${image}:1.1.0: ${because}` }]);
    await twoMoreDecisions('alpha');
    expect(await repository.head()).toBe(head);
    expect(await world.api.conditions('alpha')).toEqual([]);
  });
});
