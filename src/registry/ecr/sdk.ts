// Loaded when first needed. A file of its own: in a bundle, a package in CommonJS that is imported dynamically has no named exports.
export { DescribeImagesCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
