import { COLUMN_BYTES, rowOf } from "./loop-parts.js";
import {
  branchIf,
  fill,
  I32,
  I64,
  i32,
  i64,
  int,
  loop,
  seq,
  set,
  tee,
  variables,
  type WasmFunction,
} from "./wasm-assembler.js";

/** Counts the entries of a node into the bins of some columns: `fill1` … `fill8`. */
export function fillFunction(columns: number): WasmFunction {
  const numbers = Array.from({ length: columns }, (_, k) => k);
  const drawn: Record<string, number> = Object.fromEntries(numbers.map((k) => [`column${k}`, I32]));
  const parameters: Record<string, number> = {
    codes: I32,
    stride: I32,
    at: I32,
    to: I32,
    payload: I32,
    bins: I32,
    ...drawn,
  };
  const { types, n } = variables(parameters, { entry: I32, row: I32, cell: I32, value: I64 });
  const updates = numbers.map((k) =>
    seq(
      set(n.cell, i32.add(n.bins, i32.shl(i32.load8(i32.add(n.row, n[`column${k}`])), int(3)))),
      i64.store(n.cell, i64.add(i64.load(n.cell, k * COLUMN_BYTES), n.value), k * COLUMN_BYTES),
    ),
  );
  return {
    name: `fill${columns}`,
    ...types,
    results: [],
    body: seq(
      fill(n.bins, int(0), int(columns * COLUMN_BYTES)),
      loop((nextEntry) => [
        set(n.entry, i32.load(n.at)),
        set(n.row, rowOf(n.entry, n.codes, n.stride)),
        set(n.value, i64.load(i32.add(n.payload, i32.shl(i32.and(n.entry, int(255)), int(3))))),
        ...updates,
        branchIf(nextEntry, i32.lt(tee(n.at, i32.add(n.at, int(4))), n.to)),
      ]),
    ),
  };
}
