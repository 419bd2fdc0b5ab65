import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApplying } from './apply-twice.ts';
import { openGrounds } from './grounds.ts';
import type { Grounds } from './grounds.ts';
import { readManifests, readRows } from './manifests.ts';
import type { Manifest, Row } from './manifests.ts';
import { outcomeOf } from './outcomes.ts';

type Said = Pick<Row, 'file' | 'title' | 'row'>;

const said = ({ file, title, row }: Said): Said => ({ file, title, row });

/**
 * Holds a folder of YAML files: what every API server makes of the documents, and the table in the folder's README. `files` stand in the
 * repository of the Applications, beside the documents whose comment names a path.
 */
export function describeCorpus(folder: URL, files: Readonly<Record<string, string>>): void {
  const [manifests, rows] = [readManifests(folder), readRows(folder)];
  describeApplying(manifests);

  describe('the table of the README', () => {
    let grounds: Grounds;
    beforeAll(async () => {
      const shown = manifests.filter(({ path }) => path !== '').map(({ path, text }) => [path, text] as const);
      grounds = await openGrounds({ ...files, ...Object.fromEntries(shown) });
    }, 60_000);
    afterAll(() => grounds.stop());

    it('has a row for every document, in order', () => {
      for (const file of new Set(manifests.map((manifest) => manifest.file))) {
        const of = (all: readonly Said[]) => all.filter((one) => one.file === file).map(said);
        expect(of(rows)).toEqual(of(manifests));
      }
      expect(rows).toHaveLength(manifests.length);
    });

    it.each(manifests)('$file: $title ($row)', async (manifest) => {
      const judged = await outcomeOf({ manifest, beside: manifests, grounds });
      const outcome = outcomeIn(rows, manifests, manifest);
      // After the judgement a row may go on with remarks of its own.
      expect(outcome.startsWith(`${judged}; `) ? judged : outcome).toBe(judged);
    });
  });
}

/** Rows of a file stand in the order of its documents. */
function outcomeIn(rows: readonly Row[], manifests: readonly Manifest[], manifest: Manifest): string {
  const inFile = (one: Said): boolean => one.file === manifest.file;
  return rows.filter(inFile)[manifests.filter(inFile).indexOf(manifest)]?.outcome ?? '';
}
