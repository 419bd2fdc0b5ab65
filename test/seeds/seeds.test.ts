import { describeCorpus } from '../corpus/describe-corpus.ts';

const workload = (kind: string) =>
  `apiVersion: ${kind === 'Deployment' ? 'apps/v1' : 'v1'}\nkind: ${kind}\nmetadata: {name: payment-service}\n`;
const child = 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: child}\nspec: {destination: {}}\n';

/** What the articles name and do not show. */
const files = {
  'apps/my-app.yaml': child,
  'argocd/apps/production/user-service.yaml': child,
  'charts/api-service/Chart.yaml': 'name: api-service\nversion: 0.1.0\n',
  'apps/order-service/Chart.yaml': 'name: order-service\nversion: 0.1.0\n',
  'apps/my-api/base/kustomization.yaml': 'resources: [deployment.yaml]\n',
  'apps/payment-service/base/deployment.yaml': `${workload('Deployment')}spec: {template: {spec: {containers: [{name: c, image: payment-service}]}}}\n`,
  'apps/payment-service/base/service.yaml': workload('Service'),
  'apps/payment-service/base/ingress.yaml': 'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: payment-service}\n',
  'apps/payment-service/overlays/production/replicas.yaml': `${workload('Deployment')}spec: {replicas: 5}\n`,
  'apps/payment-service/overlays/production/resource-limits.yaml': `${workload('Deployment')}spec: {minReadySeconds: 5}\n`,
  'apps/payment-service/overlays/production/ingress-patch.yaml':
    'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: payment-service}\nspec: {ingressClassName: alb}\n',
};

describeCorpus(new URL('.', import.meta.url), files);
