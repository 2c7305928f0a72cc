import { type ColumnTable, op, table } from "arquero";
import { ChurnError } from "../core/errors.js";
import type { DataFrame, GroupedFrame } from "./frame.js";

/** What each measure of a column is to Arquero, in danfo's order. */
const MEASURES = {
  count: op.valid,
  mean: op.mean,
  std: op.stdev,
  min: op.min,
  median: op.median,
  max: op.max,
  variance: op.variance,
};

/**
 * The part of danfo's DataFrame that a look at a table needs, on Arquero: for where danfo is not installed.
 *
 * Columns, values and their order are danfo's; measures leave missing values out, where danfo's `describe` gives NaN.
 */
export class ArqueroFrame implements DataFrame {
  readonly #table: ColumnTable;
  readonly columns: string[];
  readonly index: (string | number)[];

  /** @param index labels of the rows, 0, 1, … by default */
  constructor(columns: ColumnTable, index?: (string | number)[]) {
    this.#table = columns;
    this.columns = columns.columnNames();
    this.index = index ?? Array.from({ length: columns.numRows() }, (_, row) => row);
  }

  get shape(): number[] {
    return [this.index.length, this.columns.length];
  }

  get values(): unknown[][] {
    return this.index.map((_, row) => this.columns.map((name) => this.#table.get(name, row)));
  }

  get dtypes(): string[] {
    const numberType = (name: string) =>
      this.#table.array(name).every((value) => Number.isInteger(value)) ? "int32" : "float32";
    return this.columns.map((name) => (this.#isNumeric(name) ? numberType(name) : "string"));
  }

  head(rows = 5): DataFrame {
    return this.#rows(0, rows);
  }

  tail(rows = 5): DataFrame {
    return this.#rows(Math.max(0, this.index.length - rows), this.index.length);
  }

  describe(): DataFrame {
    const measures = Object.entries(MEASURES);
    const columns = this.columns
      .filter((name) => this.#isNumeric(name))
      .map((name) => {
        const found = this.#table.rollup(Object.fromEntries(measures.map(([key, measure]) => [key, measure(name)])));
        return [name, measures.map(([key]) => found.get(key, 0))] as const;
      });
    return new ArqueroFrame(table(columns), Object.keys(MEASURES));
  }

  groupby(keys: string[]): GroupedFrame {
    return this.#grouped(
      keys,
      this.columns.filter((name) => !keys.includes(name)),
    );
  }

  column(): never {
    return needsDanfo("column");
  }
  loc(): never {
    return needsDanfo("loc");
  }
  iloc(): never {
    return needsDanfo("iloc");
  }
  query(): never {
    return needsDanfo("query");
  }
  sortValues(): never {
    return needsDanfo("sortValues");
  }
  mean(): never {
    return needsDanfo("mean");
  }
  sum(): never {
    return needsDanfo("sum");
  }
  median(): never {
    return needsDanfo("median");
  }
  std(): never {
    return needsDanfo("std");
  }
  isNa(): never {
    return needsDanfo("isNa");
  }
  dropNa(): never {
    return needsDanfo("dropNa");
  }
  print(): never {
    return needsDanfo("print");
  }

  #isNumeric(name: string): boolean {
    return typeof this.#table.array(name).find((value) => value !== undefined) === "number";
  }

  #rows(from: number, to: number): DataFrame {
    return new ArqueroFrame(this.#table.slice(from, to).reify(), this.index.slice(from, to));
  }

  #grouped(keys: string[], columns: string[]): GroupedFrame {
    const roll = (key: string, measure: typeof op.mean) => (): DataFrame =>
      new ArqueroFrame(
        this.#table.groupby(keys).rollup(Object.fromEntries(columns.map((name) => [`${name}_${key}`, measure(name)]))),
      );
    return {
      col: (names) => this.#grouped(keys, names),
      count: roll("count", op.valid),
      sum: roll("sum", op.sum),
      mean: roll("mean", op.mean),
      min: roll("min", op.min),
      max: roll("max", op.max),
      std: roll("std", op.stdev),
    };
  }
}

function needsDanfo(method: string): never {
  throw new ChurnError("NOT_FOUND", `${method}() of a DataFrame needs danfojs-node, which is not installed`, {
    hint: "npm ci without --omit=peer, or npm install danfojs-node",
  });
}
