import { SourceMap } from "node:module";

/** A place in a cell; line and column count from 1. */
export interface CellPosition {
  line: number;
  column: number;
}

/** Finds where a place in the compiled cell came from. */
export type PositionFinder = (line: number, column: number) => CellPosition | undefined;

/** Characters that tslab's executor puts before the first line of a compiled cell. */
const PREFIX = { sync: "(function(exports, require) { ".length, async: "(async function(exports, require) { ".length };

/** What tslab's converter puts before the source of a cell: one line. */
export const HEAD = "export {};\n";
const LINES_BEFORE = 1;

/** Reads the source map of a file: lines and columns count from 1 on both sides. */
export function mapPosition(text: string): PositionFinder {
  let map: SourceMap | undefined;
  return (line, column) => {
    map ??= new SourceMap(JSON.parse(text));
    const entry = map.findEntry(line - 1, Math.max(0, column - 1));
    if (!("originalLine" in entry)) return undefined;
    return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  };
}

/**
 * Reads the source map of a cell.
 *
 * @param lines of the compiled code; what tslab puts below them is not the cell's
 * @param isAsync the cell was wrapped in an async function, whose head is six characters longer
 */
export function positionFinder(text: string, lines: number, isAsync: boolean): PositionFinder {
  let map: SourceMap | undefined;
  return (line, column) => {
    if (line > lines) return undefined;
    map ??= new SourceMap(JSON.parse(text));
    const before = line > 1 ? 0 : isAsync ? PREFIX.async : PREFIX.sync;
    const entry = map.findEntry(line - 1, Math.max(0, column - 1 - before));
    if (!("originalLine" in entry) || entry.originalLine < LINES_BEFORE) return undefined;
    return { line: entry.originalLine - LINES_BEFORE + 1, column: entry.originalColumn + 1 };
  };
}
