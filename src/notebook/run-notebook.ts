import { createRequire } from "node:module";
import { ChurnError } from "../core/errors.js";
import type { Message } from "../kernel/wire.js";
import { CellOutputs, type LiveOutputs } from "./cell-outputs.js";
import { exportHtml } from "./export-html.js";
import { injectParameters } from "./inject-parameters.js";
import { describeExit, type KernelProcess, startKernel } from "./kernel-process.js";
import {
  firstLine,
  hasTag,
  linesOf,
  type Notebook,
  type NotebookCell,
  readNotebook,
  textOf,
  writeNotebook,
} from "./notebook.js";

export { KernelProcess, startKernel } from "./kernel-process.js";

/** Where a run is. */
export interface NotebookProgress {
  notebook: string;
  /** Number of the cell, from 1, as it is in the output. */
  cell: number;
  cells: number;
  /** Seconds since the run began. */
  seconds: number;
  state: "starting" | "running" | "done" | "failed";
  /** First line of the cell's code. */
  firstLine?: string;
}

export interface RunNotebookOptions {
  /** Values for the names in the cell tagged `parameters`. */
  parameters?: Record<string, unknown>;
  /** Working folder of the kernel. Default: the current one. */
  cwd?: string;
  /** Seconds that one cell may take; it is interrupted then, and the kernel killed if that does not help. */
  timeout?: number;
  /** Also export the result as one HTML page, here. */
  html?: string;
  signal?: AbortSignal;
  onProgress?: (progress: NotebookProgress) => void;
  /** A kernel that was started before; the run shuts it down. */
  kernel?: Promise<KernelProcess> | KernelProcess;
  /** Variables for the kernel, on top of the current environment. */
  env?: Record<string, string>;
}

/** What a run did. */
export interface NotebookRun {
  input: string;
  output: string;
  html?: string;
  /** Cells with code that ran to their end. */
  cells: number;
  seconds: number;
}

/** How one cell failed. */
interface Failure {
  code: "NOTEBOOK_FAILED" | "KERNEL_DIED" | "TIMED_OUT" | "INTERRUPTED";
  ename: string;
  evalue: string;
  traceback: string[];
  /** The kernel has shown the error among the cell's outputs. */
  isShown?: boolean;
}

const GRACE_SECONDS = 5;
const IDLE_SECONDS = 10;
const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

/**
 * Runs a notebook in a kernel of its own and saves it, with its outputs, after each cell.
 *
 * A run is good only when every cell ran to its end, was meant to be skipped (tag `skip-cell`) or was allowed to fail
 * (tag `raises-exception`), and nothing that a cell started failed later. The tags and the metadata are papermill's.
 *
 * @throws ChurnError NOTEBOOK_FAILED, with the notebook, the cell, its first line and the error, after the output was
 *   saved; INTERRUPTED when `signal` was aborted
 */
export async function runNotebook(
  input: string,
  output: string,
  options: RunNotebookOptions = {},
): Promise<NotebookRun> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let kernel: KernelProcess | undefined;
  let failed: { index: number; failure: Failure } | undefined;
  let ran = 0;
  try {
    const notebook = await readNotebook(input);
    checkKernel(notebook, input);
    prepare(notebook, input, output, options.parameters ?? {});
    const cells = notebook.cells.length;
    const report = (state: NotebookProgress["state"], index: number) => {
      const cell = notebook.cells[index];
      options.onProgress?.({
        notebook: input,
        cell: index + 1,
        cells,
        seconds: seconds(),
        state,
        ...(cell ? { firstLine: firstLine(cell) } : {}),
      });
    };
    report("starting", -1);
    await writeNotebook(output, notebook);
    kernel = await (options.kernel ?? startKernel({ cwd: options.cwd, env: options.env }));
    const live: LiveOutputs = new Map();
    const late: { index: number; failure: Failure }[] = [];

    for (let index = 0; index < cells && !failed; index++) {
      const cell = notebook.cells[index] as NotebookCell;
      if (cell.cell_type !== "code" || hasTag(cell, "skip-cell") || textOf(cell.source).trim() === "") continue;
      report("running", index);
      const outputs = new CellOutputs(cell, live);
      const timing = startTiming(cell);
      const onLate = (failure: Failure) => late.push({ index, failure });
      const failure = await runCell(kernel, cell, outputs, options, onLate);
      timing.end(failure === undefined || isAllowed(cell, failure));
      if (failure && !isAllowed(cell, failure)) failed = { index, failure };
      else ran++;
      failed ??= late[0];
      outputs.settle();
      await writeNotebook(output, notebook);
    }
    const exit = await kernel.shutdown();
    failed ??= late[0];
    if (!failed && exit.code !== 0) {
      const evalue = describeExit(exit);
      failed = {
        index: cells - 1,
        failure: { code: "KERNEL_DIED", ename: "KernelDied", evalue, traceback: [`KernelDied: ${evalue}`] },
      };
    }
    finish(notebook, seconds(), failed);
    report(failed ? "failed" : "done", failed?.index ?? cells - 1);
    await writeNotebook(output, notebook);
  } finally {
    if (!kernel && options.kernel) {
      // the run ended before it came to its kernel; that one must not stay behind
      Promise.resolve(options.kernel).then(
        (unused) => unused.shutdown(),
        () => {},
      );
    }
    kernel?.kill();
  }
  if (options.html) await exportHtml(output, options.html);
  if (failed) throw failureOf(input, output, await readNotebook(output), failed);
  return { input, output, ...(options.html ? { html: options.html } : {}), cells: ran, seconds: seconds() };
}

/** Runs one cell; undefined means that it ran to its end. */
async function runCell(
  kernel: KernelProcess,
  cell: NotebookCell,
  outputs: CellOutputs,
  options: RunNotebookOptions,
  onLate: (failure: Failure) => void,
): Promise<Failure | undefined> {
  let isOver = false;
  let shown: Failure | undefined;
  const { reply, idle } = kernel.execute(textOf(cell.source), (message: Message) => {
    outputs.add(message);
    if (message.header.msg_type !== "error") return;
    const failure: Failure = { code: "NOTEBOOK_FAILED", isShown: true, ...message.content };
    if (isOver) {
      outputs.settle();
      onLate(failure);
    } else shown = failure;
  });
  const died = kernel.exited.then((exit): Failure => {
    const evalue = `the kernel died: ${describeExit(exit)}`;
    return { code: "KERNEL_DIED", ename: "KernelDied", evalue, traceback: [`KernelDied: ${evalue}`] };
  });
  let stopped: Failure | undefined;
  const stop = (failure: Failure) => {
    if (stopped || isOver) return;
    stopped = failure;
    kernel.interrupt();
    grace = setTimeout(() => kernel.kill(), GRACE_SECONDS * 1000);
  };
  let grace: NodeJS.Timeout | undefined;
  const onAbort = () => stop(fault("INTERRUPTED", "Interrupted", "the run was interrupted"));
  options.signal?.addEventListener("abort", onAbort);
  if (options.signal?.aborted) onAbort();
  const timer = options.timeout
    ? setTimeout(
        () => stop(fault("TIMED_OUT", "TimedOut", `the cell took longer than ${options.timeout} s`)),
        options.timeout * 1000,
      )
    : undefined;
  let lost: NodeJS.Timeout | undefined;
  try {
    const answer = await Promise.race([reply, died]);
    if (stopped) return stopped;
    if ("code" in answer) return answer as Failure;
    const noIdle = new Promise<Failure>((resolve) => {
      const missing = fault(
        "NOTEBOOK_FAILED",
        "LostOutput",
        `the kernel did not finish the cell's output in ${IDLE_SECONDS} s`,
      );
      lost = setTimeout(resolve, IDLE_SECONDS * 1000, missing);
    });
    const ended = await Promise.race([idle, noIdle, died]);
    if (ended) return ended;
    if (answer.status === "ok") return shown;
    const { ename, evalue, traceback } = answer as unknown as Failure;
    return (
      shown ?? {
        code: "NOTEBOOK_FAILED",
        ename: ename ?? "Aborted",
        evalue: evalue ?? `the kernel answered ${answer.status}`,
        traceback: traceback ?? [],
      }
    );
  } finally {
    isOver = true;
    for (const pending of [timer, grace, lost]) clearTimeout(pending);
    options.signal?.removeEventListener("abort", onAbort);
  }
}

function fault(code: Failure["code"], ename: string, evalue: string): Failure {
  return { code, ename, evalue, traceback: [`${ename}: ${evalue}`] };
}

/** Only what the cell itself threw may be allowed; a dead kernel or a time-out never is. */
function isAllowed(cell: NotebookCell, failure: Failure): boolean {
  return failure.code === "NOTEBOOK_FAILED" && failure.ename !== "LostOutput" && hasTag(cell, "raises-exception");
}

function checkKernel({ metadata }: Notebook, path: string): void {
  const name = metadata.kernelspec?.name;
  const language = metadata.kernelspec?.language ?? metadata.language_info?.name ?? "typescript";
  if ((name === undefined || name === "tslab") && /^typescript$/i.test(language)) return;
  throw new ChurnError("BAD_INPUT", `unknown kernel ${JSON.stringify(name ?? language)} in ${path}`, {
    hint: 'this runner has the kernel "tslab"; choose it in Jupyter Lab and save the notebook',
  });
}

const ERROR_TAG = "papermill-error-cell-tag";

/** Takes away what an earlier run left, and puts in the parameters. */
function prepare(notebook: Notebook, input: string, output: string, parameters: Record<string, unknown>): void {
  notebook.cells = notebook.cells.filter((cell) => !hasTag(cell, ERROR_TAG));
  injectParameters(notebook, parameters);
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code") continue;
    cell.outputs = [];
    cell.execution_count = null;
    cell.metadata.papermill = { duration: null, end_time: null, exception: null, start_time: null, status: "pending" };
  }
  notebook.metadata.papermill = {
    default_parameters: {},
    environment_variables: {},
    exception: null,
    input_path: input,
    output_path: output,
    parameters,
    start_time: new Date().toISOString(),
    end_time: null,
    duration: null,
    version: `churn-workbench ${version}`,
    node: process.version,
  };
}

function startTiming(cell: NotebookCell): { end(isGood: boolean): void } {
  const started = performance.now();
  const meta = cell.metadata.papermill as Record<string, unknown>;
  Object.assign(meta, { start_time: new Date().toISOString(), status: "running" });
  return {
    end(isGood) {
      const duration = (performance.now() - started) / 1000;
      Object.assign(meta, {
        end_time: new Date().toISOString(),
        duration: Number(duration.toFixed(6)),
        status: isGood ? "completed" : "failed",
        exception: !isGood,
      });
    },
  };
}

/** Closes the books of a run; after a failure the notebook says so at its top, as papermill's do. */
function finish(notebook: Notebook, seconds: number, failed: { index: number; failure: Failure } | undefined): void {
  Object.assign(notebook.metadata.papermill as object, {
    end_time: new Date().toISOString(),
    duration: Number(seconds.toFixed(6)),
    exception: failed ? true : null,
  });
  if (!failed) return;
  const cell = notebook.cells[failed.index] as NotebookCell;
  const { failure } = failed;
  Object.assign(cell.metadata.papermill ?? {}, { status: "failed", exception: true });
  if (!failure.isShown) {
    const { ename, evalue, traceback } = failure;
    cell.outputs = [...(cell.outputs ?? []), { output_type: "error", ename, evalue, traceback }];
  }
  const banner = (text: string): NotebookCell => ({
    cell_type: "markdown",
    ...(notebook.nbformat_minor >= 5 ? { id: Math.random().toString(36).slice(2, 10) } : {}),
    metadata: { tags: [ERROR_TAG] },
    source: linesOf(text),
  });
  const style = "color:red; font-family:Helvetica Neue, Helvetica, Arial, sans-serif; font-size:2em;";
  const name = cell.execution_count == null ? `cell ${failed.index + 1}` : `In [${cell.execution_count}]`;
  notebook.cells.splice(
    failed.index,
    0,
    banner(
      `<span id="papermill-error-cell" style="${style}">Execution failed here; the cells below did not run.</span>`,
    ),
  );
  notebook.cells.unshift(
    banner(
      `<span style="${style}">An Exception was encountered at '<a href="#papermill-error-cell">${name}</a>'.</span>`,
    ),
  );
}

function failureOf(
  input: string,
  output: string,
  notebook: Notebook,
  { index, failure }: { index: number; failure: Failure },
): ChurnError {
  // the two banners stand before the cell that failed
  const cell = notebook.cells[index + 2] as NotebookCell;
  const trace = failure.traceback.join("\n");
  const where = `cell ${index + 1} of ${input} failed: ${firstLine(cell)}`;
  const code = failure.code === "INTERRUPTED" ? "INTERRUPTED" : "NOTEBOOK_FAILED";
  return new ChurnError(code, `${where}\n${trace || `${failure.ename}: ${failure.evalue}`}`, {
    hint: `the notebook with its outputs up to there: ${output}`,
  });
}
