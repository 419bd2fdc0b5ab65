import { millisOf } from '../kernel/time.ts';
import type { Application } from '../resources/application.ts';

/** Approval is an annotation on the Application with a time not before what is to be approved began (Argo CD v3.5). */
export function isApproved(application: Application, since: string | undefined): boolean {
  const approved = application.metadata.annotations?.['argocd.argoproj.io/deletion-approved'];
  return approved !== undefined && millisOf(approved) >= millisOf(since ?? '');
}
