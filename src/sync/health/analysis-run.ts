import { bodyAt, degraded, healthy, progressing, textAt } from './reading.ts';
import type { HealthCheck } from './reading.ts';

export const checkAnalysisRun: HealthCheck = (object) => {
  const status = bodyAt(object, 'status');
  const message = textAt(status, 'message');
  switch (status['phase']) {
    case 'Successful':
      return healthy('Analysis run completed successfully');
    case 'Failed':
    case 'Error':
      return degraded(message === '' ? `Analysis run ended with ${textAt(status, 'phase')}` : message);
    case 'Inconclusive':
      return { status: 'Unknown', message: message === '' ? 'Analysis run was inconclusive' : message };
    case 'Pending':
    case 'Running':
      return progressing('Analysis run is running');
    default:
      return progressing('Waiting for analysis run to finish: status has not been reconciled.');
  }
};
