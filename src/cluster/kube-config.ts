// By itself, so that a bundle holds this class alone: the generated clients beside it are nine tenths of the package.
export { KubeConfig } from '@kubernetes/client-node';
