import { Failure } from './kernel/failure.ts';
import { splitImageName } from './kernel/image.ts';
import type { GitPort, Ports, RegistryPort } from './reconcile/ports.ts';
import type { ServiceMetrics } from './server/metrics.ts';

/** Runs an attempt and tells its outcome: `ok`, or the code of its failure. */
async function counted<Answer>(attempt: Promise<Answer>, count: (outcome: string) => void): Promise<Answer> {
  try {
    const answer = await attempt;
    count('ok');
    return answer;
  } catch (thrown) {
    count(thrown instanceof Failure ? thrown.code : 'unexpected');
    throw thrown;
  }
}

function meterRegistry(registry: RegistryPort, metrics: ServiceMetrics): RegistryPort {
  const countFor = (image: string) => (outcome: string) => metrics.countRegistryRequest(splitImageName(image).registry, outcome);
  return {
    list: (image, access, signal) => counted(registry.list(image, access, signal), countFor(image)),
    facts: (image, tag, access, signal) => counted(registry.facts(image, tag, access, signal), countFor(image)),
    served: (image, reference, access, signal) => counted(registry.served(image, reference, access, signal), countFor(image)),
    budget: (image, access) => registry.budget?.(image, access),
    times: async (image, access, signal) => {
      if (registry.times === undefined) return undefined;
      return counted(registry.times(image, access, signal), countFor(image));
    },
  };
}

function meterGit(git: GitPort, metrics: ServiceMetrics): GitPort {
  return {
    resolve: (repo, revision, signal) => git.resolve(repo, revision, signal),
    fetch: (repo, branch, signal) => counted(git.fetch(repo, branch, signal), (outcome) => metrics.countGit('fetch', outcome)),
    read: (repo, at, paths, signal) => git.read(repo, at, paths, signal),
    log: (repo, head, files, limit) => git.log(repo, head, files, limit),
    tree: (repo, commit, directory, signal) => git.tree(repo, commit, directory, signal),
    blobs: (repo, oids, signal) => git.blobs(repo, oids, signal),
    trailers: (repo, commit) => git.trailers(repo, commit),
    keepsOurs: (repo, at) => git.keepsOurs(repo, at),
    push: async (repo, base, commits, to) => {
      const pushed = await counted(git.push(repo, base, commits, to), (outcome) => {
        if (outcome !== 'ok') metrics.countGit('push', outcome);
      });
      metrics.countGit('push', pushed.kind);
      return pushed;
    },
  };
}

/** The same ports, counting what goes through them. */
export function meterPorts(ports: Ports, metrics: ServiceMetrics | undefined): Ports {
  if (metrics === undefined) return ports;
  return { ...ports, registry: meterRegistry(ports.registry, metrics), git: meterGit(ports.git, metrics) };
}
