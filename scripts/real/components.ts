import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { giteaFiles } from '../../test/real/counterparts.ts';
import { debianPackage } from './debian-package.ts';
import { fetchedModule, goBuild } from './go-build.ts';
import type { GoProgram } from './go-build.ts';
import { npmKubectl } from './npm-kubectl.ts';
import { runProgram } from './run-program.ts';
import type { Component, Order } from './source.ts';

const kubernetes = '1.34.4';

function kubernetesProgram(program: string): GoProgram {
  return {
    module: 'kubernetes',
    program,
    // The same for every program of the module, so that they share what was compiled.
    variables: {
      'k8s.io/component-base/version.gitVersion': `v${kubernetes}`,
      'k8s.io/component-base/version.gitMajor': '1',
      'k8s.io/component-base/version.gitMinor': '34',
      'k8s.io/client-go/pkg/version.gitVersion': `v${kubernetes}`,
    },
  };
}

/** Every counterpart with its sources; the quickest to build first, so that an interrupted run leaves most. */
export const components: readonly Component[] = [
  { name: 'kubectl', sources: [npmKubectl, goBuild(kubernetesProgram('k8s.io/kubernetes/cmd/kubectl'))] },
  { name: 'sshd', sources: [debianPackage('openssh-server')] },
  { name: 'etcd', sources: [goBuild(kubernetesProgram('go.etcd.io/etcd/server/v3'))] },
  { name: 'kube-apiserver', sources: [goBuild(kubernetesProgram('k8s.io/kubernetes/cmd/kube-apiserver'))] },
  { name: 'kube-controller-manager', sources: [goBuild(kubernetesProgram('k8s.io/kubernetes/cmd/kube-controller-manager'))] },
  { name: 'registry', sources: [goBuild({ module: 'registry', program: 'github.com/distribution/distribution/v3/cmd/registry' })] },
  {
    name: 'helm',
    sources: [
      goBuild({
        module: 'helm',
        program: 'helm.sh/helm/v3/cmd/helm',
        // Without the last four it takes Kubernetes for 1.20 wherever it is not told.
        variables: {
          'helm.sh/helm/v3/internal/version.version': 'v3.19.0',
          'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor': '1',
          'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor': '34',
          'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': '1',
          'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': '34',
        },
      }),
    ],
  },
  {
    name: 'prometheus',
    sources: [
      goBuild({
        module: 'prometheus',
        program: 'github.com/prometheus/prometheus/cmd/prometheus',
        // The clients of every cloud are a third of it, and nothing here is discovered.
        tags: ['remove_all_sd'],
        variables: { 'github.com/prometheus/common/version.Version': '3.14.0' },
      }),
    ],
  },
  {
    name: 'gitea',
    isWhole: () => giteaFiles() !== undefined,
    sources: [
      goBuild({
        module: 'gitea',
        program: 'code.gitea.io/gitea',
        variables: { 'main.Version': '1.26.0' },
        tags: ['sqlite', 'sqlite_unlock_notify'],
        cgo: true,
        finish: copyGiteaFiles,
      }),
    ],
  },
  {
    name: 'kubectl-argo-rollouts',
    sources: [
      goBuild({
        module: 'argo-rollouts-plugin',
        program: './cmd/kubectl-argo-rollouts',
        variables: { 'github.com/argoproj/argo-rollouts/utils/version.version': '1.9.1' },
        prepare: copyPlugin,
      }),
    ],
  },
];

/** The folders that Gitea reads at run time; its module has them, its program does not. */
async function copyGiteaFiles(order: Order): Promise<void> {
  const from = await fetchedModule('gitea', 'code.gitea.io/gitea', order);
  const partial = `${order.partial}-files`;
  for (const name of ['templates', 'options', 'public']) await copyWritable(join(from, name), join(partial, name), order);
  const files = join(order.folder, 'gitea-files');
  await rm(files, { recursive: true, force: true });
  await rename(partial, files);
}

/** The plugin embeds the built pages of its dashboard, which its module lacks: an empty page in a copy of the module does. */
async function copyPlugin(order: Order): Promise<string> {
  const copy = `${order.partial}-source`;
  await copyWritable(await fetchedModule('argo-rollouts-plugin', 'github.com/argoproj/argo-rollouts', order), copy, order);
  await mkdir(join(copy, 'server', 'static'), { recursive: true });
  await writeFile(join(copy, 'server', 'static', 'index.html'), '<!doctype html>\n');
  return copy;
}

/** Copies a folder of the module cache, where nothing can be written, so that it can be added to and removed. */
async function copyWritable(from: string, to: string, { signal }: Order): Promise<void> {
  await cp(from, to, { recursive: true });
  await runProgram('chmod', { args: ['-R', 'u+w', to], signal });
}
