import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { type CellOutput, joinLines, type Notebook, readNotebook } from "../../src/notebook/notebook.js";
import { NotebookError } from "../../src/notebook/run-failure.js";
import { runNotebook } from "../../src/notebook/run-notebook.js";
import type { NotebookRun, RunNotebookOptions } from "../../src/notebook/run-options.js";

/** A notebook of test/notebooks. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../notebooks/${name}.ipynb`, import.meta.url));
}

const folders: string[] = [];
// of tests that run at the same time none knows which one has ended
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone after the tests of a file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "churn-test-"));
  folders.push(folder);
  return folder;
}

/** What a run left: its result or its error, and the notebook on disk. */
export interface FixtureRun {
  run?: NotebookRun;
  error?: Error;
  failed?: NotebookError["failed"];
  output: string;
  saved: Notebook;
  /** Text of the outputs of a cell, by its place in the saved notebook without banners. */
  text(cell: number): string;
}

/** Runs a notebook of test/notebooks into a temporary folder. */
export async function runFixture(name: string, options: RunNotebookOptions = {}): Promise<FixtureRun> {
  const output = join(temporaryFolder(), `${name}.ipynb`);
  let run: NotebookRun | undefined;
  let error: Error | undefined;
  try {
    run = await runNotebook(fixture(name), output, options);
  } catch (thrown) {
    error = thrown as Error;
  }
  const saved = await readNotebook(output);
  const cells = saved.cells.filter((cell) => !cell.metadata.tags?.includes("papermill-error-cell-tag"));
  return {
    ...(run ? { run } : {}),
    ...(error ? { error } : {}),
    ...(error instanceof NotebookError ? { failed: error.failed } : {}),
    output,
    saved,
    text: (cell) => (cells[cell - 1]?.outputs ?? []).map(outputText).join(""),
  };
}

export function outputText(output: CellOutput): string {
  if (output.output_type === "stream") return joinLines(output.text);
  if (output.output_type === "error") return `${output.ename}: ${output.evalue}`;
  return joinLines(output.data["text/plain"]);
}
