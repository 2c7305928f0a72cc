import { ChurnError } from "../core/errors.js";
import { CellOutputs, type LiveOutputs } from "./cell-outputs.js";
import { checkParameters, type GivenValue } from "./check-parameters.js";
import { exportHtml } from "./export-html.js";
import { injectParameters } from "./inject-parameters.js";
import { describeExit, type KernelProcess, startKernel } from "./kernel-process.js";
import { firstLine, hasTag, type Notebook, type NotebookCell, readNotebook, textOf } from "./notebook.js";
import { NotebookFile } from "./notebook-file.js";
import { type NotebookParameter, readParameters } from "./read-parameters.js";
import { planResume } from "./resume-plan.js";
import { runCell } from "./run-cell.js";
import { type Failure, failedCell, failure, isAllowed, NotebookError } from "./run-failure.js";
import { closeRecord, forgetRun, openCell, openRecord } from "./run-record.js";
import { MASK, masker } from "./secrets.js";

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
    const prepared = await prepare(notebook, input, output, options);
    return await new Run(input, output, { ...options, ...(kernel ? { kernel } : {}) }, prepared).run();
  } catch (error) {
    // the run may have ended before it came to its kernel: that one must not stay behind
    await Promise.resolve(kernel).then(
      (unused) => unused?.kill(),
      () => {},
    );
    throw error;
  }
}

/** A notebook with its parameters in place. */
interface Prepared {
  notebook: Notebook;
  /** Sources that differ from those that are kept: they hold secrets. */
  sources: Map<NotebookCell, string>;
  mask: (text: string) => string;
  /** Cells that keep the outputs of an earlier run. */
  kept: Set<NotebookCell>;
}

function hasParameters({ parameters, parameterTexts }: RunNotebookOptions): boolean {
  return Object.keys({ ...parameters, ...parameterTexts }).length > 0;
}

async function prepare(
  notebook: Notebook,
  input: string,
  output: string,
  options: RunNotebookOptions,
): Promise<Prepared> {
  const declared = readParameters(notebook);
  const values = checkParameters(declared, givenValues(options, declared ?? []), input);
  forgetRun(notebook);
  const injected = injectParameters(notebook, values, declared);
  if (options.report) {
    for (const cell of notebook.cells) {
      if (cell.cell_type === "code")
        cell.metadata.jupyter = { ...(cell.metadata.jupyter as object), source_hidden: true };
    }
  }
  const secrets = (declared ?? []).filter(({ isSecret }) => isSecret);
  const hide = (shown: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(shown).map(([name, value]) => [name, secrets.some((s) => s.name === name) ? MASK : value]),
    );
  const defaults = Object.fromEntries(
    (declared ?? []).flatMap((parameter) => ("default" in parameter ? [[parameter.name, parameter.default]] : [])),
  );
  openRecord(notebook, { input, output, parameters: hide(values), defaults: hide(defaults) });
  const resumes = options.resume || options.fromCell !== undefined;
  const kept = resumes ? planResume(notebook, await readNotebook(output), options.fromCell) : new Set<NotebookCell>();
  return {
    notebook,
    kept,
    sources: new Map(injected ? [[injected.cell, injected.source]] : []),
    mask: masker(secrets.flatMap(({ name, ...parameter }) => [values[name], parameter.default]).filter(Boolean)),
  };
}

function givenValues(options: RunNotebookOptions, declared: NotebookParameter[]): Record<string, GivenValue> {
  const given: Record<string, GivenValue> = {};
  for (const { name, isSecret } of declared) {
    const text = process.env[`CHURN_SECRET_${name.toUpperCase()}`];
    if (isSecret && text !== undefined) given[name] = { text };
  }
  for (const [name, value] of Object.entries(options.parameters ?? {}))
    if (value !== undefined) given[name] = { value };
  for (const [name, text] of Object.entries(options.parameterTexts ?? {})) given[name] = { text };
  return given;
}

function checkKernel({ metadata }: Notebook, path: string): void {
  const name = metadata.kernelspec?.name;
  const language = metadata.kernelspec?.language ?? metadata.language_info?.name ?? "typescript";
  if ((name === undefined || name === "tslab") && /^typescript$/i.test(language)) return;
  throw new ChurnError("BAD_INPUT", `unknown kernel ${JSON.stringify(name ?? language)} in ${path}`, {
    hint: 'this runner has the kernel "tslab"; choose it in Jupyter Lab and save the notebook',
  });
}

/** One run, from the first cell to the last or to the one that fails. */
class Run {
  readonly #started = performance.now();
  readonly #input: string;
  readonly #output: string;
  readonly #options: RunNotebookOptions;
  readonly #notebook: Notebook;
  readonly #sources: Map<NotebookCell, string>;
  readonly #mask: (text: string) => string;
  readonly #file: NotebookFile;
  readonly #kept: Set<NotebookCell>;
  readonly #live: LiveOutputs = new Map();
  #failed: { index: number; failure: Failure } | undefined;

  constructor(input: string, output: string, options: RunNotebookOptions, prepared: Prepared) {
    this.#input = input;
    this.#output = output;
    this.#options = options;
    this.#notebook = prepared.notebook;
    this.#sources = prepared.sources;
    this.#mask = prepared.mask;
    this.#kept = prepared.kept;
    this.#file = new NotebookFile(output, prepared.notebook, prepared.mask);
  }

  get #seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  #report(state: NotebookProgress["state"], index: number): void {
    this.#options.onProgress?.(this.#progress(state, index));
  }

  #progress(state: NotebookProgress["state"], index: number): NotebookProgress {
    const cell = this.#notebook.cells[index];
    return {
      notebook: this.#input,
      cell: index + 1,
      cells: this.#notebook.cells.length,
      seconds: this.#seconds,
      state,
      ...(cell ? { firstLine: this.#mask(firstLine(cell)) } : {}),
    };
  }

  async run(): Promise<NotebookRun> {
    const { html, report } = this.#options;
    this.#report("starting", -1);
    let ran: number;
    try {
      await this.#file.save();
      const kernel = await (this.#options.kernel ?? startKernel({ cwd: this.#options.cwd, env: this.#options.env }));
      ran = await this.#runIn(kernel);
    } finally {
      this.#file.stop();
    }
    const last = this.#notebook.cells.length - 1;
    const failed = this.#failed && this.#describe(this.#failed);
    // before banners move the cells
    const end = this.#progress(failed ? "failed" : "done", failed ? failed.cell - 1 : last);
    closeRecord(this.#notebook, this.#seconds, this.#failed);
    await this.#file.close();
    if (html) await exportHtml(this.#output, html, { input: !report });
    this.#options.onProgress?.({ ...end, seconds: this.#seconds });
    if (failed) throw new NotebookError(failed);
    return { input: this.#input, output: this.#output, ...(html ? { html } : {}), cells: ran, seconds: this.#seconds };
  }

  async #runIn(kernel: KernelProcess): Promise<number> {
    let ran = 0;
    try {
      const { cells } = this.#notebook;
      for (let index = 0; index < cells.length && !this.#failed; index++) {
        const cell = cells[index] as NotebookCell;
        if (cell.cell_type !== "code" || hasTag(cell, "skip-cell") || textOf(cell.source).trim() === "") continue;
        if (this.#kept.has(cell)) continue;
        this.#report("running", index);
        if (await this.#cell(kernel, index, cell)) ran++;
        this.#file.saveSoon();
      }
      const exit = await kernel.shutdown();
      if (!exit.isOrderly && !this.#failed) {
        const how = failure("died", "KernelDied", `the kernel did not end well: ${describeExit(exit)}`);
        this.#failed = { index: lastCode(cells), failure: how };
      }
    } finally {
      kernel.kill();
    }
    return ran;
  }

  async #cell(kernel: KernelProcess, index: number, cell: NotebookCell): Promise<boolean> {
    const end = openCell(cell);
    const failed = await runCell(
      kernel,
      this.#sources.get(cell) ?? textOf(cell.source),
      new CellOutputs(cell, this.#live),
      {
        ...(this.#options.timeout ? { timeout: this.#options.timeout } : {}),
        ...(this.#options.signal ? { signal: this.#options.signal } : {}),
        onLate: (late) => {
          if (!isAllowed(cell, late)) this.#failed ??= { index, failure: late };
        },
        onText: (text) => this.#options.onText?.(this.#mask(text)),
      },
    );
    const isGood = failed === undefined || isAllowed(cell, failed);
    end(isGood);
    if (failed && !isGood) this.#failed ??= { index, failure: failed };
    return isGood;
  }

  #describe({ index, failure: how }: { index: number; failure: Failure }) {
    const { ename, evalue, traceback } = how;
    const masked = { ...how, ename, evalue: this.#mask(evalue), traceback: traceback.map(this.#mask) };
    const described = failedCell(this.#input, this.#output, index, this.#notebook.cells[index] as NotebookCell, masked);
    return { ...described, firstLine: this.#mask(described.firstLine) };
  }
}

function lastCode(cells: NotebookCell[]): number {
  return cells.reduce((last, cell, index) => (cell.cell_type === "code" ? index : last), 0);
}
