/** One instruction of a Dockerfile, with its continued lines as one. */
export type Instruction = { readonly name: string; readonly text: string; readonly stage: number };

/** Reads a Dockerfile: comments and continuations are gone, and each instruction knows its stage (from 0; -1 before the first). */
export function readDockerfile(text: string): readonly Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  let stage = -1;
  return lines.map((line) => {
    const [, name = '', rest = ''] = /^\s*([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stage += 1;
    return { name, text: rest.trim(), stage };
  });
}
