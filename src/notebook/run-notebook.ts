import { checkOutputs } from "../core/check-outputs.js";
import { startKernel } from "./kernel-process.js";
import { readNotebook } from "./notebook.js";
import { checkKernel, hasParameters, prepareRun } from "./prepare-run.js";
import { RunCells } from "./run-cells.js";
import type { NotebookRun, RunNotebookOptions } from "./run-options.js";

/**
 * Runs a notebook in a kernel of its own and saves it, with its outputs, after each cell.
 *
 * A run is good only when every cell ran to its end, was meant to be skipped (tag `skip-cell`) or was allowed to fail
 * (tag `raises-exception`), and nothing that a cell started failed later. Tags and metadata are papermill's. Parameters
 * whose name or type says that they are secret reach the kernel only: what is saved carries `[secret]`.
 *
 * @throws ChurnError BAD_OPTION for a parameter that does not fit, before anything starts; NOT_FOUND or BAD_INPUT for an
 *   unreadable notebook; NOTEBOOK_FAILED, with the notebook, the cell, its first line and the error, after the output was
 *   saved; INTERRUPTED when `signal` was aborted, the output saved too
 */
export async function runNotebook(
  input: string,
  output: string,
  options: RunNotebookOptions = {},
): Promise<NotebookRun> {
  let { kernel } = options;
  try {
    // into itself is papermill's way
    checkOutputs([input, output], [options.html]);
    const notebook = await readNotebook(input);
    checkKernel(notebook, input);
    if (!kernel && !hasParameters(options)) {
      // nothing is left that could be wrong: the kernel starts while the notebook is prepared
      kernel = startKernel({ cwd: options.cwd, env: options.env });
      kernel.catch(() => {});
    }
    const prepared = await prepareRun(notebook, input, output, options);
    return await new RunCells(input, output, { ...options, kernel }, prepared).run();
  } catch (error) {
    // the run may have ended before it came to its kernel: that one must not stay behind
    await Promise.resolve(kernel).then(
      (unused) => unused?.kill(),
      () => {},
    );
    throw error;
  }
}
