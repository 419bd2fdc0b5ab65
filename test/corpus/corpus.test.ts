import { describeCorpus } from './describe-corpus.ts';

const workload = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { template: { spec: { containers: [{ name: 'web', image: 'shop' }] } } },
});
const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n';

/** What the sources of the Applications hold. */
const files = {
  'apps/shop/settings.yaml': settings,
  'apps/tree/one/settings.yaml': settings,
  'apps/nested/one/settings.yaml': settings,
  'apps/nested/drafts/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\nthis: [is broken\n',
  'apps/platform/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n',
  'apps/all/shop.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec: {destination: {}}\n',
  'charts/shop/Chart.yaml': 'name: shop\nversion: 0.1.0\n',
  'overlays/shop/kustomization.yaml': 'resources: [web.yaml]\n',
  'overlays/shop/web.yaml': workload,
  'overlays/shop/patches/replicas.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n',
  'overlays/loud/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {loud: "yes"}\n',
};

describeCorpus(new URL('.', import.meta.url), files);
