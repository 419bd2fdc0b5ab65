/** One thing that is wrong with what a person wrote: where, what we got, what we expected. */
export type Problem = { readonly at: string; readonly got: string; readonly expected: string };

export function describeProblem(problem: Problem): string {
  return `${problem.at}: got ${problem.got}, expected ${problem.expected}`;
}

/** All problems in one sentence, in the order in which they were found. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(describeProblem).join('; ');
}
