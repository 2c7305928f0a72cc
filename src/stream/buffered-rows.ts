import { columnsAs } from "../store/columns-as.js";
import type { Database } from "../store/database.js";
import { parquetRows } from "../store/file-sql.js";
import type { LateLabels } from "../store/new-batch.js";
import type { Columns } from "../store/read-columns.js";

/** Rows that are read at once; the file is not opened for every batch, and memory stays flat. */
const BLOCK = 65_536;

/** Reads a file of staged rows from a place on, in the order of the file, a block ahead. */
export class BufferedRows {
  readonly #db: Database;
  readonly #path: string;
  readonly #rows: number;
  readonly #block: number;
  #columns: Columns = {};
  /** Place of the first row of the block that is at hand, and of the one after it. */
  #from = 0;
  #to = 0;
  #next: { from: number; columns: Promise<Columns> } | undefined;

  constructor(db: Database, path: string, rows: number, batchSize: number) {
    this.#db = db;
    this.#path = path;
    this.#rows = rows;
    this.#block = Math.max(1, Math.floor(BLOCK / batchSize)) * batchSize;
  }

  /** Gives the rows from a place on; fewer at the end of the file. */
  async take(from: number, count: number): Promise<Columns> {
    const to = Math.min(from + count, this.#rows);
    if (from < this.#from || to > this.#to) {
      const ahead = this.#next?.from === from ? this.#next.columns : this.#read(from);
      this.#columns = await ahead;
      this.#from = from;
      this.#to = Math.min(from + this.#block, this.#rows);
      const next = this.#to;
      this.#next = next < this.#rows ? { from: next, columns: this.#read(next) } : undefined;
      // a failure is reported when the block is needed
      this.#next?.columns.catch(() => {});
    }
    const [start, end] = [from - this.#from, to - this.#from];
    const cut = ([name, column]: [string, Columns[string]]) => [
      name,
      Array.isArray(column) ? column.slice(start, end) : column.subarray(start, end),
    ];
    return Object.fromEntries(Object.entries(this.#columns).map(cut)) as Columns;
  }

  #read(from: number): Promise<Columns> {
    return this.#db.columns(`SELECT * EXCLUDE (file_row_number) FROM ${parquetRows(this.#path, { rowNumbers: true })}
      WHERE file_row_number >= ${from} AND file_row_number < ${from + this.#block} ORDER BY file_row_number`);
  }

  /**
   * Gives the time of the event before a row, in days since 1970-01-01 with a fraction: the events of a day are spread over
   * it evenly, in their order.
   */
  async moments(): Promise<(row: number) => number> {
    const days = await this.#db.columns(
      `SELECT DP_DATE AS day, count(*) AS rows FROM ${parquetRows(this.#path)} GROUP BY day ORDER BY day`,
    );
    const { day, rows } = columnsAs(days, { day: Int32Array, rows: Float64Array });
    const ends = rows.slice();
    for (let i = 1; i < ends.length; i++) ends[i] = ends[i] + ends[i - 1];
    return (row) => {
      let at = ends.findIndex((end) => row <= end);
      if (at < 0) at = ends.length - 1;
      const from = ends[at - 1] ?? 0;
      return (day[at] ?? 0) + (row - from) / ((ends[at] ?? 1) - from);
    };
  }

  /** Labels of rows of some days among the first `taken` rows; undefined when there are none. */
  async labels(after: string | null, until: string, taken: number): Promise<LateLabels | undefined> {
    if (!("PSEUDO_CHURNED" in this.#columns)) return undefined;
    const from = after === null ? "" : `AND DP_DATE > DATE '${after}'`;
    const columns =
      await this.#db.columns(`SELECT DP_MSISDN AS subscriber, DP_DATE AS day, CAST(PSEUDO_CHURNED AS DOUBLE) AS label
      FROM ${parquetRows(this.#path, { rowNumbers: true })}
      WHERE DP_DATE <= DATE '${until}' ${from} AND PSEUDO_CHURNED IS NOT NULL AND file_row_number < ${taken}`);
    const labels = columnsAs(columns, { subscriber: String, day: Int32Array, label: Float64Array });
    return labels.day.length ? labels : undefined;
  }
}
