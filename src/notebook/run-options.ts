import type { KernelProcess } from "./kernel-process.js";

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

/** How a notebook is run: parameters, limits, where it may resume, and what is reported. */
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
