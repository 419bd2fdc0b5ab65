/** A value that is the same for a whole commit, in the words of Image Updater v1.3. `SHA256` is the one over all changes. */
type CommitValue = 'SHA256' | 'AppName' | 'AppNamespace' | 'TargetKey';

/** A value of one changed image. */
type ImageValue = 'Name' | 'Alias' | 'OldTag' | 'NewTag';

type Text = { readonly text: string };
type FromCommit = { readonly value: CommitValue };

/** One part of a branch's name: as it is, a value of the commit, or parts that are written for each changed image. */
export type BranchPart = Text | FromCommit | { readonly eachImage: readonly (Text | FromCommit | { readonly image: ImageValue })[] };

/** The part of Go's text/template that names of branches need; its result is cut to 255 characters (Image Updater v0.18). */
export type BranchTemplate = readonly BranchPart[];

type Piece = Text | { readonly action: string };
type ImagePart = Text | FromCommit | { readonly image: ImageValue };

const commitValues: readonly string[] = ['SHA256', 'AppName', 'AppNamespace', 'TargetKey'] satisfies readonly CommitValue[];
const imageValues: readonly string[] = ['Name', 'Alias', 'OldTag', 'NewTag'] satisfies readonly ImageValue[];

/** Reads a template of a branch's name, or says what of it cannot be read. */
export function parseBranchTemplate(text: string): { readonly template: BranchTemplate } | { readonly because: string } {
  const pieces = piecesOf(text);
  if ('because' in pieces) return pieces;
  const template: BranchPart[] = [];
  let inside: ImagePart[] | undefined;
  for (const piece of pieces.pieces) {
    const step = stepOf(piece, inside !== undefined);
    if (step === 'open') template.push({ eachImage: (inside = []) });
    else if (step === 'close') inside = undefined;
    else {
      const flaw = inside === undefined ? pushTo(template, piece, commitPart) : pushTo(inside, piece, imagePart);
      if (flaw !== undefined) return { because: flaw };
    }
  }
  return inside === undefined ? { template } : { because: '{{range .Images}} has no {{end}}' };
}

/** Whether a piece begins or ends the part that is written for each image. There is no range inside of another. */
function stepOf(piece: Piece, open: boolean): 'open' | 'close' | undefined {
  if (!('action' in piece)) return undefined;
  if (!open) return piece.action === 'range .Images' ? 'open' : undefined;
  return piece.action === 'end' ? 'close' : undefined;
}

function pushTo<Part>(parts: (Part | Text)[], piece: Piece, read: (action: string) => Part | undefined): string | undefined {
  const part = 'action' in piece ? read(piece.action) : piece;
  if (part === undefined) return `{{${'action' in piece ? piece.action : ''}}} is not read here`;
  parts.push(part);
  return undefined;
}

function commitPart(action: string): FromCommit | undefined {
  const name = /^\$?\.(\w+)$/.exec(action)?.[1];
  return name !== undefined && isCommitValue(name) ? { value: name } : undefined;
}

function imagePart(action: string): ImagePart | undefined {
  const name = /^\.(\w+)$/.exec(action)?.[1];
  if (name !== undefined) return isImageValue(name) ? { image: name } : undefined;
  return commitPart(action);
}

function isCommitValue(name: string): name is CommitValue {
  return commitValues.includes(name);
}

function isImageValue(name: string): name is ImageValue {
  return imageValues.includes(name);
}

/** Texts and actions in order. `{{-` and `-}}` take the blanks beside them away, a comment is nothing. */
function piecesOf(text: string): { readonly pieces: readonly Piece[] } | { readonly because: string } {
  const [first = '', ...rest] = text.split('{{');
  const pieces: Piece[] = [{ text: first }];
  for (const part of rest) {
    const end = part.indexOf('}}');
    if (end < 0) return { because: '{{ has no }}' };
    const [inside, behind] = [part.slice(0, end), part.slice(end + 2)];
    if (/^-\s/.test(inside)) trimLast(pieces);
    const action = inside
      .replace(/^-(?=\s)/, '')
      .replace(/(?<=\s)-$/, '')
      .trim();
    if (!/^\/\*.*\*\/$/s.test(action)) pieces.push({ action: action.replaceAll(/\s+/g, ' ') });
    pieces.push({ text: /\s-$/.test(inside) ? behind.trimStart() : behind });
  }
  return { pieces: pieces.filter((piece) => 'action' in piece || piece.text !== '') };
}

function trimLast(pieces: Piece[]): void {
  const last = pieces.at(-1);
  if (last !== undefined && 'text' in last) pieces.splice(-1, 1, { text: last.text.trimEnd() });
}
