/** What is wrong with a condition or with one evaluation of it; never leaves the expression folder. */
export class ConditionRefusal extends Error {
  override readonly name = 'ConditionRefusal';
}

export function refuse(because: string): never {
  throw new ConditionRefusal(because);
}
