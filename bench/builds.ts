import { openFleet } from './fleet.ts';
import { startTagServer } from './tag-server.ts';

export type BuildsRow = {
  readonly requests: Readonly<Record<string, number>>;
  readonly ms: number;
  readonly cpuMs: number;
  readonly commits: number;
};

/** `newest-build` on many tags: what the first look asks the registry for, and the looks after it. */
export async function measureBuilds(count: number, looks: number): Promise<readonly BuildsRow[]> {
  const tags = Array.from({ length: count }, (_, index) => `build-${index}`);
  const server = await startTagServer({ tags, pageSize: 1000 });
  const fleet = await openFleet({
    tag: tags[0] ?? '',
    images: (host) => [`${host}/team/many`],
    annotations: { 'argocd-image-updater.argoproj.io/web.update-strategy': 'newest-build' },
    registry: server,
  });
  const rows: BuildsRow[] = [];
  try {
    for (let look = 0; look < looks; look += 1) {
      const before = await server.requests();
      const { ms, cpuMs, commits } = await fleet.cycle();
      const after = Object.entries(await server.requests());
      const more = after.map(([kind, times]) => [kind, times - (before[kind] ?? 0)] as const);
      const requests = Object.fromEntries(more.filter(([, times]) => times !== 0));
      rows.push({ requests, ms, cpuMs, commits });
    }
    return rows;
  } finally {
    await fleet.close();
    await server.stop();
  }
}
