import { type KernelProcess, startKernel } from "./kernel-process.js";
import { readNotebook } from "./notebook.js";
import { checkKernel, hasParameters, prepareRun } from "./prepare-run.js";
import { RunCells } from "./run-cells.js";

export { KernelProcess, startKernel } from "./kernel-process.js";

/** Where a run is. */
export interface NotebookProgress {
  notebook: string;
  /** Number of the cell, from 1, as it is in the output; 0 while the kernel starts. */
  cell: number;
  cells: number;
  /** Seconds since the run began. */
  seconds: number;
  state: "starting" | "running" | "done" | "failed";
  /** First line of the cell's code. */
  firstLine?: string;
}

export interface RunNotebookOptions {
  /** Values for the names in the cell tagged `parameters`, checked against their types there. */
  parameters?: Record<string, unknown>;
  /** The same as texts, as flags give them; they are read as their types say. */
  parameterTexts?: Record<string, string>;
  /** Working folder of the kernel. Default: the current one. */
  cwd?: string;
  /** Seconds that one cell may take; it is interrupted then, and the kernel killed if that does not help. */
  timeout?: number;
  /** Also export the result as one HTML page, here. */
  html?: string;
  /** Hide the code, in the notebook and in the page. */
  report?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: NotebookProgress) => void;
  /** Gets the text that cells print, secrets masked. */
  onText?: (text: string) => void;
  /** A kernel that was started before; the run shuts it down. */
  kernel?: Promise<KernelProcess> | KernelProcess;
  /** Variables for the kernel, on top of the current environment. */
  env?: Record<string, string>;
  /** Keep the outputs of the cells before this one, counted from 1, and start at it; see `resume`. */
  fromCell?: number;
  /**
   * Take up the run that left `output`, at the cell that failed. Cells before it run again only if they are tagged
   * `rerunnable`, hold parameters, or hold nothing but imports and types.
   */
  resume?: boolean;
}

/** What a run did. */
export interface NotebookRun {
  input: string;
  output: string;
  html?: string;
  /** Cells with code that ran to their end, or failed as they were allowed to. */
  cells: number;
  seconds: number;
  /** What a reader should know although nothing failed: work that cells have left and that was not over in time. */
  notes: string[];
}

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
    const notebook = await readNotebook(input);
    checkKernel(notebook, input);
    if (!kernel && !hasParameters(options)) {
      // nothing is left that could be wrong: the kernel starts while the notebook is prepared
      kernel = startKernel({ cwd: options.cwd, env: options.env });
      kernel.catch(() => {});
    }
    const prepared = await prepareRun(notebook, input, output, options);
    return await new RunCells(input, output, { ...options, ...(kernel ? { kernel } : {}) }, prepared).run();
  } catch (error) {
    // the run may have ended before it came to its kernel: that one must not stay behind
    await Promise.resolve(kernel).then(
      (unused) => unused?.kill(),
      () => {},
    );
    throw error;
  }
}
