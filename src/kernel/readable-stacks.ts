import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { CellPosition } from "./source-position.js";

/** Finds the source of a place in compiled code. */
export interface FindSource {
  /** In a cell, by its name. */
  cell(name: string, line: number, column: number): CellPosition | undefined;
  /** In a file that a cell imports. */
  file(path: string, line: number, column: number): (CellPosition & { path: string }) | undefined;
}

const CELL_FILE = /^cell-(\d+)\.ts$/;

/** Frames of the kernel itself and of the module that runs cells; they say nothing about the user's code. */
const TSLAB = /[/\\]tslab[/\\]dist[/\\]|^evalmachine/;
const KERNEL = dirname(fileURLToPath(import.meta.url));
const isOurs = (file: string): boolean =>
  TSLAB.test(file) || dirname(file.startsWith("file:") ? fileURLToPath(file) : file) === KERNEL;

const NODE = /^node:/;

/**
 * Makes every stack that is read in this process one of sources: `at deep (cell [1], line 3:9)`, also where a cell catches an
 * error and prints it; frames of the kernel are left out.
 *
 * A program that sets `Error.prepareStackTrace` itself has the frames as they are.
 */
export function readableStacks(find: FindSource): void {
  Error.prepareStackTrace = (error, frames) => {
    const lines: string[] = [];
    // of what Node calls below the last frame of a user nothing is theirs
    let end = 0;
    for (const frame of frames) {
      const file = frame.getScriptNameOrSourceURL() ?? "";
      if (isOurs(file)) continue;
      const shown = described(frame, file, find);
      if (shown === undefined) continue;
      lines.push(`    at ${shown}`);
      if (!NODE.test(file)) end = lines.length;
    }
    return [headOf(error), ...lines.slice(0, end > 0 ? end : lines.length)].join("\n");
  };
}

/** A frame as Node writes it, with the place in the source; undefined for what the compiler has put around a cell. */
function described(frame: NodeJS.CallSite, file: string, find: FindSource): string | undefined {
  const line = frame.getLineNumber() ?? 0;
  const column = frame.getColumnNumber() ?? 0;
  const count = CELL_FILE.exec(file)?.[1];
  const text = String(frame);
  if (count === undefined) {
    const at = find.file(file, line, column);
    return at ? text.replace(`${file}:${line}:${column}`, () => `${at.path}:${at.line}:${at.column}`) : text;
  }
  const at = find.cell(file, line, column);
  if (!at) return undefined;
  const where = `cell [${count}], line ${at.line}:${at.column}`;
  const callee = /^(?:async )?(.+?) \(/.exec(text)?.[1];
  return callee && !/^(Object\.)?<anonymous>$/.test(callee) ? `${callee} (${where})` : where;
}

function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    // an error whose own message throws
    return "Error";
  }
}
