import { type CellOutput, joinLines, type Notebook, type NotebookCell } from "./notebook.js";
import { maskDeep } from "./secrets.js";

type Mask = (text: string) => string;

/**
 * A copy of a notebook with the secrets masked where people and cells write: sources, values of outputs, records of the run.
 *
 * The words of the format stay (names of fields, types and streams, ids, tags), also where a secret is one of them.
 */
export function maskNotebook(notebook: Notebook, mask: Mask): Notebook {
  const { papermill } = notebook.metadata;
  const metadata = papermill ? { ...notebook.metadata, papermill: maskDeep(papermill, mask) } : notebook.metadata;
  return { ...notebook, metadata, cells: notebook.cells.map((cell) => maskCell(cell, mask)) };
}

function maskCell(cell: NotebookCell, mask: Mask): NotebookCell {
  const masked = { ...cell, source: maskDeep(cell.source, mask) };
  if (Array.isArray(cell.outputs)) masked.outputs = cell.outputs.map((output) => maskOutput(output, mask));
  return masked;
}

function maskOutput(output: CellOutput, mask: Mask): CellOutput {
  switch (output.output_type) {
    case "stream":
      return { ...output, text: maskDeep(output.text, mask) };
    case "error": {
      const { ename, evalue, traceback } = output;
      return {
        ...output,
        ename: mask(joinLines(ename)),
        evalue: mask(joinLines(evalue)),
        traceback: maskDeep(traceback, mask),
      };
    }
    default:
      return { ...output, data: maskDeep(output.data, mask) };
  }
}
