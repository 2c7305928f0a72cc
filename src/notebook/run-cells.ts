import { dirname } from "node:path";
import { removeDeadParts } from "../core/dead-parts.js";
import { CellOutputs, type LiveOutputs } from "./cell-outputs.js";
import { exportHtml } from "./export-html.js";
import { describeExit, type KernelProcess, startKernel } from "./kernel-process.js";
import { firstLine, hasTag, joinLines, type Notebook, type NotebookCell } from "./notebook.js";
import { NotebookFile } from "./notebook-file.js";
import type { PreparedRun } from "./prepare-run.js";
import { runCell } from "./run-cell.js";
import { type Failure, failedCell, failure, isAllowed, NotebookError } from "./run-failure.js";
import type { NotebookProgress, NotebookRun, RunNotebookOptions } from "./run-options.js";
import { closeRecord, openCell } from "./run-record.js";

/** One run, from the first cell to the last or to the one that fails. */
export class RunCells {
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
  readonly #notes: string[];
  #failed: { index: number; failure: Failure } | undefined;

  constructor(input: string, output: string, options: RunNotebookOptions, prepared: PreparedRun) {
    this.#input = input;
    this.#output = output;
    this.#options = options;
    this.#notebook = prepared.notebook;
    this.#sources = prepared.sources;
    this.#mask = prepared.mask;
    this.#kept = prepared.kept;
    this.#notes = [...prepared.notes];
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
      firstLine: cell && this.#mask(firstLine(cell)),
    };
  }

  async run(): Promise<NotebookRun> {
    const { html } = this.#options;
    this.#report("starting", -1);
    let ran: number;
    try {
      await removeDeadParts(this.#output);
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
    const unsaved = await this.#save().then(
      () => undefined,
      (error: Error) => error,
    );
    this.#options.onProgress?.({ ...end, seconds: this.#seconds });
    if (failed) throw new NotebookError(failed, unsaved);
    if (unsaved) throw unsaved;
    return {
      input: this.#input,
      output: this.#output,
      html,
      cells: ran,
      seconds: this.#seconds,
      notes: this.#notes,
    };
  }

  async #save(): Promise<void> {
    const { html, report } = this.#options;
    await this.#file.close();
    // pictures lie beside the notebook that was run
    if (html)
      await exportHtml(this.#output, html, { input: !report, pictures: [this.#input, this.#output].map(dirname) });
  }

  async #runIn(kernel: KernelProcess): Promise<number> {
    let ran = 0;
    try {
      const { cells } = this.#notebook;
      for (let index = 0; index < cells.length && !this.#failed; index++) {
        const cell = cells[index];
        if (cell.cell_type !== "code" || hasTag(cell, "skip-cell") || joinLines(cell.source).trim() === "") continue;
        if (this.#kept.has(cell)) continue;
        this.#report("running", index);
        if (await this.#cell(kernel, index, cell)) ran++;
        this.#file.saveSoon();
      }
      const exit = await kernel.shutdown();
      if (exit.left.length > 0) {
        this.#notes.push(`cells have left ${exit.left.join(", ")} running; how that ends is not known`);
      }
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
      this.#sources.get(cell) ?? joinLines(cell.source),
      new CellOutputs(cell, this.#live),
      {
        timeout: this.#options.timeout,
        signal: this.#options.signal,
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
    const described = failedCell(this.#input, this.#output, index, this.#notebook.cells[index], masked);
    return { ...described, firstLine: this.#mask(described.firstLine) };
  }
}

function lastCode(cells: NotebookCell[]): number {
  return cells.reduce((last, cell, index) => (cell.cell_type === "code" ? index : last), 0);
}
