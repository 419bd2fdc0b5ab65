import { pushImage } from '../src/sandbox/registry/push.ts';
import type { Counts } from './fleet.ts';
import { openFleet } from './fleet.ts';

/** How many Applications share how many images. */
export type Size = { readonly applications: number; readonly distinct: number };

async function openMany({ applications, distinct }: Size) {
  const nameOf = (index: number) => `team/image-${index % distinct}`;
  const fleet = await openFleet({
    tag: '1.0.0',
    images: (host) => Array.from({ length: applications }, (_, index) => `${host}/${nameOf(index)}`),
  });
  const push = async (tag: string): Promise<void> => {
    for (let index = 0; index < distinct; index += 1) await pushImage(fleet.servers.registry.url, nameOf(index), tag);
  };
  await push('1.0.0');
  await fleet.cycle(); // The clone is made and everything is read once.
  return { ...fleet, push };
}

/** One cycle with every Application due, and one with nothing new. */
export async function measureMany(size: Size): Promise<{ readonly due: Counts; readonly idle: Counts }> {
  const fleet = await openMany(size);
  try {
    await fleet.push('1.0.1');
    const [due, idle] = [await fleet.cycle(), await fleet.cycle()];
    if (due.commits !== size.applications || idle.commits !== 0) {
      throw new Error(`commits: got ${due.commits} and then ${idle.commits}, expected ${size.applications} and then none`);
    }
    return { due, idle };
  } finally {
    await fleet.close();
  }
}

/** Cycles with nothing new. */
export async function measureIdle(size: Size, cycles: number): Promise<readonly Counts[]> {
  const fleet = await openMany(size);
  try {
    const counts: Counts[] = [];
    for (let cycle = 0; cycle < cycles; cycle += 1) counts.push(await fleet.cycle());
    return counts;
  } finally {
    await fleet.close();
  }
}
