import { ChurnError } from "../../core/errors.js";
import { random } from "../../core/random.js";
import type { BoostingSettings } from "../trees/tree-options.js";

/** Rows to learn from and rows to see when to stop; both keep the order of the rows. */
export function holdOut(
  rows: Int32Array,
  { earlyStopping, validationShare, seed }: BoostingSettings,
  validation: Int32Array | undefined,
  y: ArrayLike<number>,
): { train: Int32Array; held: Int32Array } {
  const stop = earlyStopping === "auto" ? validation !== undefined || rows.length > 10_000 : earlyStopping === true;
  if (!stop) return { train: rows, held: new Int32Array(0) };
  const out = new Set<number>();
  if (validation) for (const row of validation) out.add(row);
  else {
    const { next } = random(`${seed}/validation`);
    for (const row of rows) if (next() < validationShare) out.add(row);
  }
  const train = rows.filter((row) => !out.has(row));
  const held = validation ? Int32Array.from(out) : rows.filter((row) => out.has(row));
  for (const row of held) {
    if (!(row >= 0 && row < y.length))
      throw new ChurnError("BAD_INPUT", `validation row ${row} is outside of the matrix`);
  }
  if (train.length === 0) throw new ChurnError("NO_DATA", "all rows are held out, none is left to learn from");
  return { train, held };
}
