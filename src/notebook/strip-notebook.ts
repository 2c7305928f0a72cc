import { hasTag, type Notebook } from "./notebook.js";

/** Metadata of cells that only records a run or a screen. */
const PASSING = ["papermill", "execution", "ExecuteTime", "collapsed", "scrolled", "executionInfo", "outputId"];

/**
 * Takes outputs, counts and traces of runs from a notebook, so that its changes are those that a person made.
 *
 * @returns a copy; injected parameters and the banners of failed runs are gone too
 */
export function stripNotebook(notebook: Notebook): Notebook {
  const { papermill: _run, widgets: _widgets, ...metadata } = notebook.metadata;
  return {
    ...notebook,
    metadata,
    cells: notebook.cells
      .filter((cell) => !hasTag(cell, "injected-parameters") && !hasTag(cell, "papermill-error-cell-tag"))
      .map((cell) => {
        const kept = Object.fromEntries(Object.entries(cell.metadata).filter(([key]) => !PASSING.includes(key)));
        if (cell.cell_type !== "code") return { ...cell, metadata: kept };
        return { ...cell, metadata: kept, outputs: [], execution_count: null };
      }),
  };
}
