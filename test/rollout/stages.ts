import { isBody } from '../../src/kernel/json.ts';
import { type Model, modelOf, patchStatus, setImage, settleAll, statusOf } from './model.ts';

/** What every pass says until the loop rests. */
export const sentences = (model: Model) => settleAll(model).map((step) => step.because);

/** A stable `team/web:1`, and `team/web:2` at its first pause. */
export function paused(shape: Parameters<typeof modelOf>[0] = {}): Model {
  const model = modelOf(shape);
  settleAll(model);
  setImage(model, 'team/web:2');
  settleAll(model);
  return model;
}

/** `team/web:2` at its analysis step, the run not yet measured. */
export function analysing(shape: Parameters<typeof modelOf>[0] = {}): Model {
  const model = paused(shape);
  patchStatus(model, { pauseConditions: null });
  settleAll(model);
  model.now += 1000;
  settleAll(model);
  return model;
}

/** A condition of the Rollout by its type. */
export function condition(model: Model, type: string): unknown {
  const conditions = statusOf(model)['conditions'];
  return Array.isArray(conditions) ? conditions.find((one) => isBody(one) && one['type'] === type) : undefined;
}
