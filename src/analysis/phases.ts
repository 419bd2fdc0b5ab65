/** Phases of a measurement, a metric or a run, best first. '' is a run that nobody looked at yet. */
const order = ['Successful', 'Running', 'Pending', 'Inconclusive', 'Error', 'Failed'];

export type RunPhase = 'Successful' | 'Running' | 'Pending' | 'Inconclusive' | 'Error' | 'Failed';

export function isCompleted(phase: string | undefined): boolean {
  return phase !== undefined && ['Successful', 'Failed', 'Error', 'Inconclusive'].includes(phase);
}

export function isWorse(phase: string, than: string): boolean {
  return order.indexOf(phase) > order.indexOf(than);
}

/** Whether a metric in this phase ends the whole run. */
export function endsRun(phase: string): boolean {
  return isCompleted(phase) && phase !== 'Successful';
}
