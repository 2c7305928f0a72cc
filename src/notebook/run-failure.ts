import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ChurnError } from "../core/errors.js";
import { firstLine, hasTag, type NotebookCell } from "./notebook.js";

/** How one cell failed. */
export interface Failure {
  kind: "error" | "aborted" | "timeout" | "died" | "lost" | "interrupted";
  ename: string;
  evalue: string;
  traceback: string[];
  /** The kernel has shown the error among the cell's outputs. */
  isShown?: boolean;
}

/** A failure that no output of the cell shows yet: a kernel that died, a time-out, an interrupt. */
export function failure(kind: Failure["kind"], ename: string, evalue: string): Failure {
  return { kind, ename, evalue, traceback: [`${ename}: ${evalue}`] };
}

/** Only what the cell itself threw may be allowed; a dead kernel or a time-out never is. */
export function isAllowed(cell: NotebookCell, { kind }: Failure): boolean {
  return kind === "error" && hasTag(cell, "raises-exception");
}

/** Which cell of a notebook failed, and how; `cell` counts from 1. */
export interface FailedCell {
  notebook: string;
  output: string;
  cell: number;
  firstLine: string;
  failure: Failure;
}

/** The error of a run that failed: its message names the notebook, the cell, its first line and what went wrong. */
export class NotebookError extends ChurnError {
  readonly failed: FailedCell;

  /** @param unsaved why the notebook could not be saved, if it could not */
  constructor(failed: FailedCell, unsaved?: Error) {
    const { notebook, output, cell, failure } = failed;
    const text = failure.traceback.join("\n") || `${failure.ename}: ${failure.evalue}`;
    const beside = fileBeside(notebook, failure);
    const word = failure.kind === "interrupted" ? "interrupted" : "failed";
    super(
      failure.kind === "interrupted" ? "INTERRUPTED" : "NOTEBOOK_FAILED",
      `cell ${cell} of ${notebook} ${word}: ${failed.firstLine}\n${text}`,
      { hint: unsaved?.message ?? beside ?? `the notebook with its outputs up to there: ${output}` },
    );
    this.failed = failed;
  }
}

/** What helps where a cell imports a file that lies beside its notebook, but the kernel works elsewhere. */
function fileBeside(notebook: string, { ename, traceback }: Failure): string | undefined {
  if (ename !== "TypeScriptError") return undefined;
  for (const [, path] of traceback.join("\n").matchAll(/TS2307: Cannot find module '(\.{1,2}\/[^']+)'/g)) {
    const file = resolve(dirname(notebook), path);
    if (["", ".ts", ".tsx", ".js", "/index.ts"].some((ending) => existsSync(file + ending))) {
      return `${path} lies beside the notebook, and the cells work in another folder: --cwd ${dirname(notebook)}`;
    }
  }
  return undefined;
}

/** Describes the cell that failed; cells are counted as in the notebook before banners were put in. */
export function failedCell(
  notebook: string,
  output: string,
  index: number,
  cell: NotebookCell,
  how: Failure,
): FailedCell {
  return { notebook, output, cell: index + 1, firstLine: firstLine(cell), failure: how };
}
