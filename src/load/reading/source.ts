import type { TextEncoding } from "../../download/reader-options.js";

/** The rows of a file, or of several of one header, for whoever checks them: texts, one row after the other, in the order of the file. */
export interface Source {
  header: string[];
  /** Columns that the rows have themselves: those of their folders come behind them in the header. */
  width: number;
  /** Types of its columns in DuckDB, where the file has them; cells are texts all the same. */
  types?: readonly string[];
  /** Texts of the first rows, where they are at hand. */
  head?: readonly (readonly string[])[];
  /** What the rows are read from, as SQL. */
  from: string;
  /** An expression for the text of a cell, null where it is missing. */
  cell(position: number): string;
  /** An expression for whether the row has as many cells as the header. */
  widthOk: string;
  /** An expression for the number of the line; undefined where rows and lines are in step, from `firstLine` on. */
  line: string | undefined;
  firstLine: number;
  /** An expression for the number of the file among those of a group, from 0; undefined for one file. */
  file: string | undefined;
  /** The number of a line in its own file, of a line of a group; undefined for one file, whose lines are its own. */
  lineInFile?(line: string, file: string): string;
  /** An expression for a hash of all cells of the row; undefined where equal rows are not looked for. */
  fingerprint?: string;
  /** A query for line, raw and the list f of cells of some lines, with `file_number` in a group; f is null where a line cannot be cut. */
  cells(lines: string): string;
  /** Rows and blank lines. */
  lines: number;
  blank: number;
  /** Lines that continue the row of a line before, since a quoted cell has line ends in it. */
  continued: number;
  /** Number of a last line without a line end, or -1. */
  cutOff: number;
  encoding: TextEncoding;
}

/** What a source has counted, besides giving its rows. */
export type Counted = Pick<Source, "firstLine" | "lines" | "blank" | "continued" | "cutOff" | "encoding">;

/**
 * A source whose cells come as a list.
 *
 * @param cells a query for line, raw and the list f of cells
 */
export function listSource(header: string[], cells: string, counted: Counted): Source {
  return {
    header,
    width: header.length,
    from: `(${cells})`,
    cell: (position) => `f[${position + 1}]`,
    // DuckDB's own reader passes over an empty cell too many at the end, too
    widthOk: `coalesce(len(f) = ${header.length} OR (len(f) = ${header.length + 1} AND f[-1] = ''), false)`,
    line: "line",
    file: undefined,
    fingerprint: "hash(f)",
    cells: (lines) => `FROM (${cells}) WHERE line IN (${lines})`,
    ...counted,
  };
}

/** The number of the last line that belongs to a source. */
export const lastLineOf = ({
  firstLine,
  lines,
  continued,
}: Pick<Source, "firstLine" | "lines" | "continued">): number => firstLine - 1 + lines + continued;
