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

/** Lines that tslab's converter puts before the source: `export {};`. */
const LINES_BEFORE = 1;

/**
 * Chains the two maps of a cell: TypeScript to ES module to CommonJS.
 *
 * @param maps in the order of compilation
 * @param lines of the compiled code; what tslab puts below them is not the cell's
 * @param isAsync the cell was wrapped in an async function, whose head is six characters longer
 */
export function positionFinder(maps: string[], lines: number, isAsync: boolean): PositionFinder {
  let chain: SourceMap[] | undefined;
  return (line, column) => {
    if (line > lines) return undefined;
    chain ??= maps.map((map) => new SourceMap(JSON.parse(map))).reverse();
    let at = { line: line - 1, column: column - 1 };
    if (at.line === 0) at.column -= isAsync ? PREFIX.async : PREFIX.sync;
    for (const map of chain) {
      const entry = map.findEntry(at.line, Math.max(0, at.column));
      if (!("originalLine" in entry) || entry.originalLine === undefined) return undefined;
      at = { line: entry.originalLine, column: entry.originalColumn };
    }
    return at.line < LINES_BEFORE ? undefined : { line: at.line - LINES_BEFORE + 1, column: at.column + 1 };
  };
}
