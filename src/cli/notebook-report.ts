import { basename } from "node:path";
import { ChurnError } from "../core/errors.js";
import { faultCode, messageOf } from "../core/fault.js";
import { NotebookError } from "../notebook/run-failure.js";
import type { NotebookProgress } from "../notebook/run-options.js";

export const say = (text: string) => process.stdout.write(`${text}\n`);
export const print = (value: unknown) => say(JSON.stringify(value, null, 2));

/** For `--json`: standard output has one document, which reports the failure; so the error is not printed again. */
export function fail(error: unknown): void {
  process.stderr.write(`churn: ${messageOf(error)}\n`);
  process.exitCode = error instanceof ChurnError ? error.exit : 1;
}

/** What `--json` says of a run that failed. */
export function failureJson(error: unknown): object {
  if (error instanceof NotebookError) {
    const { notebook, output, cell, firstLine, failure } = error.failed;
    const { kind, ename, evalue, traceback } = failure;
    return { status: "failed", notebook, output, cell, firstLine, kind, ename, evalue, traceback };
  }
  return { status: "failed", code: faultCode(error), message: messageOf(error) };
}

/** Progress on standard error: one line that is rewritten on a terminal, else a line per cell. */
export function notebookProgressLine(keepsLines: boolean): (progress: NotebookProgress) => void {
  const rewrites = process.stderr.isTTY && !keepsLines;
  return ({ notebook, cell, cells, seconds: time, state, firstLine: first }) => {
    const where = state === "starting" ? "kernel starts" : `cell ${cell} of ${cells}`;
    const what = state === "running" ? (first ?? "") : state === "starting" ? "" : state;
    const line = `${basename(notebook)}  ${where}  ${time.toFixed(1)} s  ${what}`.trimEnd();
    if (!rewrites) process.stderr.write(`${line}\n`);
    else {
      const isLast = state === "done" || state === "failed";
      process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}${isLast ? "\n" : ""}`);
    }
  };
}
