import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { hasTag, type Notebook, type NotebookCell, splitLines } from "./notebook.js";
import type { Failure } from "./run-failure.js";

const { version }: { version: string } = createRequire(import.meta.url)("../../package.json");

/** Tag of the banners that a failed run leaves; the name is papermill's, which takes them away again. */
const ERROR_TAG = "papermill-error-cell-tag";

/** Takes away what an earlier run left in a notebook. */
export function forgetRun(notebook: Notebook): void {
  notebook.cells = notebook.cells.filter((cell) => !hasTag(cell, ERROR_TAG));
  for (const cell of notebook.cells) if (cell.cell_type === "code") forgetCell(cell);
}

/** Takes away what an earlier run left in a cell. */
function forgetCell(cell: NotebookCell): void {
  cell.outputs = [];
  cell.execution_count = null;
  cell.metadata.papermill = { duration: null, end_time: null, exception: null, start_time: null, status: "pending" };
}

/** Opens the books of a run, in papermill's words. */
export function openRecord(
  notebook: Notebook,
  run: { input: string; output: string; parameters: Record<string, unknown>; defaults: Record<string, unknown> },
): void {
  notebook.metadata.language_info ??= { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" };
  notebook.metadata.papermill = {
    default_parameters: run.defaults,
    environment_variables: {},
    exception: null,
    input_path: run.input,
    output_path: run.output,
    parameters: run.parameters,
    start_time: new Date().toISOString(),
    end_time: null,
    duration: null,
    version: `churn-workbench ${version}`,
    node: process.version,
  };
}

/** Writes into a cell that it runs, and gives the function that writes how and when it ended. */
export function openCell(cell: NotebookCell): (isGood: boolean) => void {
  const started = performance.now();
  cell.metadata.papermill ??= {};
  const record = cell.metadata.papermill;
  Object.assign(record, { start_time: new Date().toISOString(), status: "running" });
  return (isGood) => {
    const duration = Number(((performance.now() - started) / 1000).toFixed(6));
    const status = isGood ? "completed" : "failed";
    Object.assign(record, { end_time: new Date().toISOString(), duration, status, exception: !isGood });
  };
}

/** Closes the books; after a failure the notebook says so at its top and above the cell, as papermill's do. */
export function closeRecord(notebook: Notebook, seconds: number, failed?: { index: number; failure: Failure }): void {
  notebook.metadata.papermill = {
    ...notebook.metadata.papermill,
    end_time: new Date().toISOString(),
    duration: Number(seconds.toFixed(6)),
    exception: failed ? true : null,
  };
  if (!failed) return;
  const { index, failure } = failed;
  const cell = notebook.cells[index];
  cell.metadata.papermill = { ...cell.metadata.papermill, status: "failed", exception: true };
  if (!failure.isShown && cell.cell_type === "code") {
    const { ename, evalue, traceback } = failure;
    cell.outputs = [...(cell.outputs ?? []), { output_type: "error", ename, evalue, traceback }];
  }
  const name = cell.execution_count == null ? `cell ${index + 1}` : `In [${cell.execution_count}]`;
  const style = "color:red; font-family:Helvetica Neue, Helvetica, Arial, sans-serif; font-size:2em;";
  const here = `<span id="papermill-error-cell" style="${style}">Execution failed here; the cells below did not run.</span>`;
  const top = `<span style="${style}">An Exception was encountered at '<a href="#papermill-error-cell">${name}</a>'.</span>`;
  notebook.cells.splice(index, 0, banner(notebook, here));
  notebook.cells.unshift(banner(notebook, top));
}

function banner(notebook: Notebook, text: string): NotebookCell {
  return {
    cell_type: "markdown",
    ...(notebook.nbformat_minor >= 5 ? { id: randomUUID().slice(0, 8) } : {}),
    metadata: { tags: [ERROR_TAG] },
    source: splitLines(text),
  };
}
